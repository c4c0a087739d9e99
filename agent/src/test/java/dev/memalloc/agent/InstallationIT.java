package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.Collected;
import dev.memalloc.agent.program.Limited;
import dev.memalloc.agent.program.Listening;
import dev.memalloc.agent.program.Sabotaged;
import dev.memalloc.agent.program.Taking;
import java.nio.file.Path;
import java.util.List;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting the agent: with options, twice, in a JVM that is strict, into one that runs, and undoing it. */
class InstallationIT {
    private static final String[] STRICT = {
        "--illegal-native-access=deny", "--sun-misc-unsafe-memory-access=deny"};
    private static final String NONE_OF_EACH = "direct 0, arena 0, temporary 0, unsafe 0";
    private static final String ALL_OF_ONE = "direct 1, arena 2, temporary 1, unsafe 1";
    private static final String ALL_OF_TWO = "direct 2, arena 4, temporary 2, unsafe 2";

    @Test
    void saysNothing() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().run(Collected.class).silent();
        assertThat(result.value("served")).isEqualTo("5001");
    }

    @Test
    void saysNothingWhereNativeAccessIsDenied() throws Exception {
        try (ChildJvm.Running child = ChildJvm.withAgent().with(STRICT).start(Listening.class)) {
            child.readLine();
            assertThat(child.ask("allocate 1000")).isEqualTo("java.nio.DirectByteBuffer[pos=0 lim=1000 cap=1000]");
            assertThat(child.ask("agent LiveBytes")).isEqualTo("1000");
            assertThat(child.ask("drop")).isEqualTo("0");
            assertThat(child.errors()).isEmpty();
        }
    }

    @Test
    void assertionsOfTheJvmHold() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with("-ea", "-esa", "-Xcheck:jni", "-Xverify:all")
            .run(Collected.class);
        assertThat(result.value("heap")).isEqualTo("0 0");
        assertThat(result.status()).isZero();
    }

    @Test
    void givenTwiceItInstallsOnce() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with("-javaagent:" + ChildJvm.AGENT).run(Collected.class);
        assertThat(result.silent().value("served")).isEqualTo("5001");
        assertThat(result.value("freed")).isEqualTo("5001, failed 0");
    }

    @Test
    void installsWhereNoDirectMemoryMayBeHad() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with("-XX:MaxDirectMemorySize=0").run(Limited.class, "0");
        assertThat(result.silent().value("beyond"))
            .isEqualTo("Cannot reserve 1 bytes of direct buffer memory (allocated: 0, limit: 0)");
        assertThat(result.value("served")).isEqualTo("0");
    }

    @Test
    void limitOfTheHeapHolds() throws Exception {
        int limit = 1 << 20;
        ChildJvm.Result result = ChildJvm.withAgent().with("-Dmemalloc.limit=1m")
            .run(Limited.class, Integer.toString(limit)).silent();
        assertThat(result.value("beyond")).contains("limit 1048576 bytes", "1048577 bytes asked for");
        assertThat(result.value("pool")).isEqualTo("0 buffers, 0 bytes, 0 used");
        assertThat(result.value("full")).contains("20000 bytes asked for").endsWith(", interrupted true");
        assertThat(result.value("pool when full")).startsWith("1 buffers, 1038576 bytes");
        assertThat(result.value("refused before the JVM would")).isEqualTo("true");
        assertThat(result.value("served")).as("collected buffers make room").isEqualTo("21");
    }

    @Test
    void limitOfTheJvmHolds() throws Exception {
        int limit = 1 << 20;
        ChildJvm.Result result = ChildJvm.withAgent().with("-XX:MaxDirectMemorySize=1m")
            .run(Limited.class, Integer.toString(limit)).silent();
        assertThat(result.value("beyond"))
            .isEqualTo("Cannot reserve 1048577 bytes of direct buffer memory (allocated: 0, limit: 1048576)");
        assertThat(result.value("full")).isEqualTo("Cannot reserve 20000 bytes of direct buffer memory "
            + "(allocated: 1038576, limit: 1048576), interrupted true");
        assertThat(result.value("refused before the JVM would")).isEqualTo("true");
        assertThat(result.value("served")).as("collected buffers make room").isEqualTo("21");
    }

    @Test
    void installsAtAHeapLimitOfNothing() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with("-Dmemalloc.limit=0").run(Limited.class, "0").silent();
        assertThat(result.value("beyond")).contains("1 bytes asked for", "limit 0 bytes");
        assertThat(result.value("pool")).isEqualTo("0 buffers, 0 bytes, 0 used");
    }

    @Test
    void whatGoesWrongIsOneLine() throws Exception {
        try (ChildJvm.Running child = ChildJvm.withAgent().with("-Dmemalloc.limit=lots").start(Listening.class)) {
            child.readLine();
            assertThat(child.errors()).singleElement().asString()
                .startsWith("memalloc agent: not installed, direct buffers are the JVM's own: ")
                .contains("memalloc.limit is \"lots\"").doesNotContain("Exception", "caused by");
            assertThat(child.ask("allocate 1000")).isEqualTo("java.nio.DirectByteBuffer[pos=0 lim=1000 cap=1000]");
            assertThat(child.ask("agent LiveCount")).isEqualTo("InstanceNotFoundException");
        }
    }

    @Test
    void settingThatDoesNotExistIsOneLine() throws Exception {
        try (ChildJvm.Running child = ChildJvm.withAgent().with("-Dmemalloc.limt=5").start(Listening.class)) {
            child.readLine();
            assertThat(child.errors()).singleElement().asString().startsWith("memalloc agent: not installed, "
                + "direct buffers are the JVM's own: there is no system property memalloc.limt; there are "
                + "memalloc.limit, ");
            assertThat(child.ask("agent LiveCount")).isEqualTo("InstanceNotFoundException");
        }
    }

    @Test
    void unknownOptionIsExplainedAndNothingInstalled() throws Exception {
        try (ChildJvm.Running child = ChildJvm.withAgent("report=exit,reprot").start(Listening.class)) {
            child.readLine();
            assertThat(String.join("\n", child.errors()) + "\n").isEqualTo(
                "memalloc agent: not installed, there is no option \"reprot\"\n" + AgentOptions.HELP);
            assertThat(child.ask("allocate 1000")).startsWith("java.nio.DirectByteBuffer");
            assertThat(child.ask("agent LiveCount")).isEqualTo("InstanceNotFoundException");
        }
    }

    @Test
    void reportAtExit() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent("report=exit").run(Collected.class);
        assertThat(result.status()).isZero();
        assertThat(result.err()).singleElement().asString()
            .matches("memalloc agent: 5001 direct buffers served, 5001 freed, 0 live with 0 bytes, "
                + "at most \\d+ bytes at once");
    }

    @Test
    void intoARunningJvmAndOutAgain() throws Exception {
        try (ChildJvm.Running child = ChildJvm.stock().with("-XX:+EnableDynamicAgentLoading").start(Listening.class)) {
            String id = child.readLine();
            child.ask("allocate 100");
            assertThat(child.ask("agent LiveCount")).isEqualTo("InstanceNotFoundException");

            assertThat(attach(id)).isEqualTo("memalloc agent: installed into " + id);
            assertThat(attach(id)).isEqualTo("memalloc agent: was installed in " + id + " before");
            child.ask("allocate 1000");
            assertThat(child.ask("agent LiveBytes")).isEqualTo("1000");

            assertThat(attach(id, "uninstall")).isEqualTo("memalloc agent: uninstalled from " + id);
            child.ask("allocate 10000");
            assertThat(child.ask("agent LiveBytes")).as("after uninstalling").isEqualTo("1000");
            assertThat(child.ask("drop")).isEqualTo("0");
            assertThat(child.ask("agent LiveCount")).isEqualTo("0");
            assertThat(child.ask("agent FreeCount")).isEqualTo("1");

            assertThat(attach(id)).isEqualTo("memalloc agent: installed into " + id);
            child.ask("allocate 500");
            assertThat(child.ask("agent LiveBytes")).as("installed again").isEqualTo("500");
            assertThat(child.ask("drop")).isEqualTo("0");
            assertThat(child.ask("agent FailedFreeCount")).isEqualTo("0");
            assertThat(child.errors()).isEmpty();

            assertThat(attach(id, "uninstall")).isEqualTo("memalloc agent: uninstalled from " + id);
            assertThat(refusal(id, "uninstall"))
                .isEqualTo("memalloc agent: process " + id + ": not uninstalled, it is not installed");
            assertThat(child.errors()).containsExactly("memalloc agent: not uninstalled, it is not installed");
        }
    }

    @Test
    void interceptsAllInARunningJvmAndNoMoreAndAgain() throws Exception {
        try (ChildJvm.Running child = startTaking()) {
            String id = child.readLine();
            child.ask("take before");
            assertThat(attach(id, "intercept=all")).isEqualTo("memalloc agent: installed into " + id);
            assertThat(child.ask("each LiveCount")).as("of what was there before").isEqualTo(NONE_OF_EACH);
            child.ask("take first");
            child.ask("take second");
            assertThat(child.ask("each LiveCount")).isEqualTo(ALL_OF_TWO);

            assertThat(attach(id, "uninstall")).isEqualTo("memalloc agent: uninstalled from " + id);
            child.ask("take while-uninstalled");
            child.ask("take while-uninstalled-too");
            assertThat(child.ask("each LiveCount")).as("after uninstalling").isEqualTo(ALL_OF_TWO);
            child.ask("free while-uninstalled");
            child.ask("free first");
            assertThat(child.ask("each LiveCount")).isEqualTo(ALL_OF_ONE);

            assertThat(attach(id, "intercept=all")).isEqualTo("memalloc agent: installed into " + id);
            child.ask("take again");
            assertThat(child.ask("each LiveCount")).as("installed again").isEqualTo(ALL_OF_TWO);
            child.ask("free before");
            child.ask("free while-uninstalled-too");
            assertThat(child.ask("each LiveCount")).as("without the JVM's own").isEqualTo(ALL_OF_TWO);
            child.ask("free second");
            child.ask("free again");
            assertNothingLeft(child);
        }
    }

    @Test
    void fromDirectBuffersToAll() throws Exception {
        try (ChildJvm.Running child = startTaking()) {
            String id = child.readLine();
            attach(id);
            child.ask("take first");
            assertThat(child.ask("each LiveCount")).isEqualTo("direct 1, arena 0, temporary 0, unsafe 0");

            assertThat(attach(id, "intercept=all")).isEqualTo("memalloc agent: installed into " + id);
            child.ask("take second");
            assertThat(child.ask("each LiveCount")).isEqualTo("direct 2, arena 2, temporary 1, unsafe 1");
            child.ask("free first");
            assertThat(child.ask("each LiveCount")).isEqualTo(ALL_OF_ONE);
            child.ask("free second");
            assertNothingLeft(child);
        }
    }

    @Test
    void fromAllToDirectBuffersIsNoChange() throws Exception {
        try (ChildJvm.Running child = startTaking()) {
            String id = child.readLine();
            attach(id, "intercept=all");
            child.ask("take first");

            assertThat(attach(id)).isEqualTo("memalloc agent: was installed in " + id + " before");
            assertThat(attach(id, "intercept=all")).isEqualTo("memalloc agent: was installed in " + id + " before");
            child.ask("take second");
            assertThat(child.ask("each LiveCount")).isEqualTo(ALL_OF_TWO);
            child.ask("free first");
            child.ask("free second");
            assertNothingLeft(child);
        }
    }

    private static ChildJvm.Running startTaking() throws Exception {
        return ChildJvm.stock().with(ChildJvm.ALLOW_CLEANER, "-XX:+EnableDynamicAgentLoading").start(Taking.class);
    }

    private static void assertNothingLeft(ChildJvm.Running child) throws Exception {
        assertThat(child.ask("each LiveCount")).isEqualTo(NONE_OF_EACH);
        assertThat(child.ask("each LiveBytes")).isEqualTo(NONE_OF_EACH);
        assertThat(child.ask("each FailedFreeCount")).isEqualTo(NONE_OF_EACH);
        assertThat(child.ask("heap")).isEqualTo("0 0");
        child.finish().silent();
    }

    @Test
    void toolRefusesAnUnknownOptionBeforeTheTargetHearsOfIt() throws Exception {
        try (ChildJvm.Running child = ChildJvm.stock().with("-XX:+EnableDynamicAgentLoading").start(Listening.class)) {
            String id = child.readLine();
            ChildJvm.Result result = tool(id, "reprot=exit");
            assertThat(result.status()).isEqualTo(1);
            assertThat(String.join("\n", result.err()) + "\n").isEqualTo(
                "memalloc agent: not installed, there is no option \"reprot=exit\"\n" + AgentOptions.HELP);
            assertThat(child.errors()).isEmpty();
            assertThat(child.ask("agent LiveCount")).isEqualTo("InstanceNotFoundException");
        }
    }

    @Test
    void toolSaysWhyTheTargetRefused() throws Exception {
        try (ChildJvm.Running child = ChildJvm.stock().with("-XX:+EnableDynamicAgentLoading", "-Dmemalloc.limit=lots")
                .start(Listening.class)) {
            String id = child.readLine();
            assertThat(refusal(id)).startsWith("memalloc agent: process " + id + ": not installed, ")
                .contains("memalloc.limit is \"lots\"");
            assertThat(child.errors()).singleElement().asString().contains("memalloc.limit is \"lots\"");
        }
    }

    @Test
    void oneReportHoweverOftenItIsAskedFor() throws Exception {
        try (ChildJvm.Running child = ChildJvm.withAgent("report=exit").with("-javaagent:" + ChildJvm.AGENT)
                .with("-XX:+EnableDynamicAgentLoading").start(Listening.class)) {
            String id = child.readLine();
            attach(id, "report=exit");
            attach(id, "report=exit");
            child.ask("allocate 1000");
            assertThat(child.finish().err()).containsExactly("memalloc agent: 1 direct buffers served, 0 freed, "
                + "1 live with 1000 bytes, at most 1000 bytes at once");
        }
    }

    @Test
    void noReportAfterUninstalling() throws Exception {
        assertThat(errorsAfter("report=exit", "uninstall")).isEmpty();
        assertThat(errorsAfter("report=exit", "uninstall", "")).as("installed again without it").isEmpty();
    }

    @Test
    void reportAfterUninstallingWhereItIsStillAskedFor() throws Exception {
        assertThat(errorsAfter("report=exit", "uninstall,report=exit")).singleElement().asString()
            .startsWith("memalloc agent: 0 direct buffers served");
        assertThat(errorsAfter("report=exit", "uninstall", "report=exit")).singleElement().asString()
            .startsWith("memalloc agent: 0 direct buffers served");
    }

    /** What is on stderr in the end of a JVM into which the agent is loaded with each of the options in turn. */
    private static List<String> errorsAfter(String... options) throws Exception {
        try (ChildJvm.Running child = ChildJvm.stock().with("-XX:+EnableDynamicAgentLoading").start(Listening.class)) {
            String id = child.readLine();
            for (String option : options) {
                attach(id, option);
            }
            return child.finish().err();
        }
    }

    @Test
    void intoARunningJvmByAnotherTool() throws Exception {
        try (ChildJvm.Running child = ChildJvm.stock().with("-XX:+EnableDynamicAgentLoading").start(Listening.class)) {
            String id = child.readLine();
            ByteBuddyAgent.attach(ChildJvm.AGENT.toFile(), id);
            child.ask("allocate 1000");
            assertThat(child.ask("agent LiveBytes")).isEqualTo("1000");
            assertThat(child.errors()).isEmpty();
        }
    }

    @Test
    void refusesAnApplicationThatHasLoadedItsOwnAllocator() throws Exception {
        try (ChildJvm.Running child = ChildJvm.stock().with("-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED").onClassPath(ChildJvm.ALLOCATOR).start(Listening.class)) {
            String id = child.readLine();
            assertThat(child.ask("use-library")).isEqualTo("true");
            assertThat(refusal(id)).contains("has loaded the allocator");
            assertThat(child.errors()).singleElement().asString().contains("has loaded the allocator");
            assertThat(child.ask("use-library")).isEqualTo("true");
            assertThat(child.ask("allocate 1000")).startsWith("java.nio.DirectByteBuffer");
        }
    }

    @Test
    void attachingToNothingIsAnError() throws Exception {
        ChildJvm.Result usage = ChildJvm.stock().with("-jar", ChildJvm.AGENT.toString(), "x").run();
        assertThat(usage.status()).isEqualTo(2);
        assertThat(usage.err().getFirst()).isEqualTo("java -jar memalloc-agent.jar <process id> [options]");
        ChildJvm.Result none = ChildJvm.stock().with("-jar", ChildJvm.AGENT.toString(), "999999999").run();
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).singleElement().asString().startsWith("memalloc agent: cannot be loaded into process");
    }

    @Test
    void nestedRequestsAreTheJvms(@TempDir Path folder) throws Exception {
        ChildJvm.Result result = sabotaged(folder, "nest");
        assertThat(result.value("refusals")).isEqualTo("[]");
        assertThat(result.value("served")).isEqualTo("10, live 10");
        assertThat(result.value("pool")).startsWith("20 buffers, 10160 bytes");
        assertThat(result.value("heap")).isEqualTo("10");
    }

    @Test
    void whatWasTakenForAFailedBufferIsGivenBack(@TempDir Path folder) throws Exception {
        ChildJvm.Result result = sabotaged(folder, "fail");
        assertThat(result.value("refusals").split("OutOfMemoryError: sabotage", -1)).hasSize(11);
        assertThat(result.value("served")).isEqualTo("0, live 0");
        assertThat(result.value("pool")).isEqualTo("0 buffers, 0 bytes, 0 used");
        assertThat(result.value("heap")).isEqualTo("0");
        assertThat(result.value("kept")).isEqualTo("0");
    }

    private static ChildJvm.Result sabotaged(Path folder, String how) throws Exception {
        return ChildJvm.withAgent().with(SaboteurJar.asAgent(folder, how)).onClassPath(SaboteurJar.BYTE_BUDDY)
            .run(Sabotaged.class).silent();
    }

    /** The one line that the tool prints when all goes well. */
    private static String attach(String id, String... options) throws Exception {
        List<String> out = tool(id, options).silent().out();
        assertThat(out).hasSize(1);
        return out.getFirst();
    }

    /** The one line with which the tool fails. */
    private static String refusal(String id, String... options) throws Exception {
        ChildJvm.Result result = tool(id, options);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        return result.err().getFirst();
    }

    private static ChildJvm.Result tool(String id, String... options) throws Exception {
        return ChildJvm.stock().with("-jar", ChildJvm.AGENT.toString(), id).with(options).run();
    }
}
