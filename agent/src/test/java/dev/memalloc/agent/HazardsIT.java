package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.Churning;
import dev.memalloc.agent.program.Crowded;
import dev.memalloc.agent.program.Ending;
import dev.memalloc.agent.program.First;
import dev.memalloc.agent.program.FreedLate;
import dev.memalloc.agent.program.Mixing;
import dev.memalloc.agent.program.Refused;
import dev.memalloc.agent.program.StackEnds;
import dev.memalloc.agent.program.Starved;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What can go wrong where an agent makes the direct buffers, each shown to be absent.
 *
 * <table>
 *   <caption>Hazard, and what shows that it is absent</caption>
 *   <tr><td>1</td><td>recursion under the allocate path</td>
 *       <td>{@code InstallationIT.nestedRequestsAreTheJvms}</td></tr>
 *   <tr><td>2</td><td>a free that throws ends the JVM</td><td>{@link #freeThatThrowsDoesNotEndTheJvm},
 *       {@code CountsIT.freeThatTheHeapRefusesIsCountedAndHarmsNothing}</td></tr>
 *   <tr><td>2</td><td>a free that loads classes</td><td>{@link #firstBufferLoadsNoClass}</td></tr>
 *   <tr><td>2</td><td>a reference handler that is blocked; threads that wait for each other at a limit</td>
 *       <td>{@link #threadsAtTheLimitOfTheJvm}, {@link #threadsAtTheLimitOfTheHeap}</td></tr>
 *   <tr><td>3</td><td>what was taken for a buffer that came to nothing</td>
 *       <td>{@code InstallationIT.whatWasTakenForAFailedBufferIsGivenBack}, {@link #fullJavaHeap}</td></tr>
 *   <tr><td>4</td><td>a warm-up that needs direct memory</td>
 *       <td>{@code InstallationIT.installsWhereNoDirectMemoryMayBeHad},
 *       {@code InstallationIT.installsAtAHeapLimitOfNothing}</td></tr>
 *   <tr><td>5</td><td>something left to initialise</td><td>{@link #firstBufferLoadsNoClass}</td></tr>
 *   <tr><td>5</td><td>a rewriting that did not take</td><td>{@link #rewritingThatDoesNotTakeIsOneLine}</td></tr>
 *   <tr><td>6</td><td>system calls that hold up the collector</td>
 *       <td>{@code JarIT.noCallOfTheSystemIsCritical}</td></tr>
 *   <tr><td>7</td><td>reused memory that is not zero</td><td>{@code BehaviourIT}, "zero after reuse"</td></tr>
 *   <tr><td>8</td><td>uninstalling under live buffers</td><td>{@link #inAndOutWhileThreadsAllocate},
 *       {@link #inAndOutWhileThreadsAllocateByAllWays}, {@code InstallationIT.intoARunningJvmAndOutAgain}</td></tr>
 *   <tr><td></td><td>the JVM's end while threads allocate</td><td>{@link #endsWhileThreadsAllocate}</td></tr>
 * </table>
 */
class HazardsIT {
    private static final long LIMIT = 16 << 20;
    private static final int CYCLES = 3;
    private static final long ALLOCATIONS_PER_STEP = 2000;
    private static final long NANOS_MAX = 20_000_000_000L;
    private static final String NOTHING_LEFT = "0 live, 0 bytes, 0 failed, 0 not freed";

    @TempDir
    Path folder;

    @Test
    void freeThatThrowsDoesNotEndTheJvm() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with(ChildJvm.ALLOW_CLEANER)
            .with(SaboteurJar.asAgent(folder, "refuse")).onClassPath(SaboteurJar.BYTE_BUDDY).run(Refused.class)
            .silent();
        assertThat(result.value("failed")).as("by the cleaner's caller, and by the collector").isEqualTo("2");
        assertThat(result.value("live")).isEqualTo("2 with 3000 bytes");
        assertThat(result.value("freed after them")).isEqualTo("2");
        assertThat(result.value("pool")).startsWith("2 buffers, 3000 bytes");
    }

    @Test
    void rewritingThatDoesNotTakeIsOneLine() throws Exception {
        ChildJvm.Result result = ChildJvm.stock().with(SaboteurJar.asAgent(folder, "undo"))
            .with("-javaagent:" + ChildJvm.AGENT).onClassPath(SaboteurJar.BYTE_BUDDY).run(First.class);
        assertThat(result.status()).isZero();
        assertThat(result.err()).singleElement().asString().startsWith("memalloc agent: not installed, "
            + "direct buffers are the JVM's own: ").contains("ByteBuffer was rewritten and does not call the agent");
        assertThat(result.value("buffer")).isEqualTo("java.nio.DirectByteBuffer[pos=0 lim=100 cap=100]");
    }

    @Test
    void firstBufferLoadsNoClass() throws Exception {
        List<String> out = ChildJvm.withAgent().with("-Xlog:class+load:stdout:none").run(First.class).silent().out();
        int from = indexOf(out, "start");
        int to = indexOf(out, "freed");
        assertThat(out.subList(from + 1, to)).isEmpty();
    }

    private static int indexOf(List<String> out, String line) {
        assertThat(out).contains(line);
        return out.indexOf(line);
    }

    @Test
    void threadsAtTheLimitOfTheJvm() throws Exception {
        assertCrowdServed(ChildJvm.withAgent().with("-XX:MaxDirectMemorySize=" + LIMIT));
    }

    @Test
    void threadsAtTheLimitOfTheHeap() throws Exception {
        assertCrowdServed(ChildJvm.withAgent().with("-Dmemalloc.limit=" + LIMIT));
    }

    private static void assertCrowdServed(ChildJvm jvm) throws Exception {
        ChildJvm.Result result = jvm.run(Crowded.class, Long.toString(LIMIT)).silent();
        assertThat(result.value("served")).isEqualTo("960, refused 0");
        assertThat(result.value("others were processed")).isEqualTo("true");
        assertThat(result.value("live")).isEqualTo("0");
        assertThat(result.value("counted")).isEqualTo("true");
        assertThat(result.value("peak in bounds")).isEqualTo("true");
        assertThat(result.value("pool")).isEqualTo("0 buffers, 0 bytes, 0 used");
        assertThat(result.value("heap")).isEqualTo("0");
    }

    @Test
    void freesOfOtherThreadsAreWaitedForAtTheLimitOfTheJvm() throws Exception {
        assertThat(ChildJvm.withAgent().with(ChildJvm.ALLOW_CLEANER, "-XX:MaxDirectMemorySize=" + LIMIT)
            .run(FreedLate.class, Long.toString(LIMIT)).silent().value("served")).isEqualTo("5");
    }

    @Test
    void freesOfOtherThreadsAreWaitedForAtTheLimitOfTheHeap() throws Exception {
        assertThat(ChildJvm.withAgent().with(ChildJvm.ALLOW_CLEANER, "-Dmemalloc.limit=" + LIMIT)
            .run(FreedLate.class, Long.toString(LIMIT)).silent().value("served")).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+TieredCompilation", "-Xint"})
    void nothingIsLostWhereTheStackEnds(String mode) throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with(mode).run(StackEnds.class).silent();
        assertThat(result.value("overflows")).isEqualTo("true");
        assertThat(result.value("buffers")).isEqualTo("true");
        assertThat(result.value("left over")).isEqualTo("0 reserved, 0 bytes, 0 counted, 0 failed");
    }

    @Test
    void fullJavaHeap() throws Exception {
        long seed = System.nanoTime();
        ChildJvm.Result result = ChildJvm.withAgent().with(ChildJvm.ALLOW_CLEANER, "-Xmx24m")
            .run(Starved.class, Long.toString(seed));
        assertThat(result.err()).as("seed %d", seed).isEmpty();
        assertThat(result.status()).as("seed %d, %s", seed, result.out()).isZero();
        assertThat(result.value("refused")).as("seed %d", seed).isEqualTo("true, wrong 0");
        assertThat(result.value("agent")).as("seed %d", seed).isEqualTo(NOTHING_LEFT);
        assertThat(result.value("pool")).as("seed %d", seed).isEqualTo("0, 0 buffers, 0 bytes, 0 used");
        assertThat(result.value("heap")).as("seed %d", seed).isEqualTo("0");
    }

    @Test
    void inAndOutWhileThreadsAllocate() throws Exception {
        long seed = System.nanoTime();
        try (ChildJvm.Running child = ChildJvm.stock().with(ChildJvm.ALLOW_CLEANER, "-XX:+EnableDynamicAgentLoading")
                .start(Churning.class, Long.toString(seed))) {
            goInAndOut(child, "", seed);
            ChildJvm.Result result = child.finish();
            assertThat(result.err()).as("seed %d", seed).isEmpty();
            assertThat(result.status()).as("seed %d", seed).isZero();
            assertThat(result.value("wrong")).as("seed %d", seed).isEqualTo("[null, null]");
            assertThat(result.value("pool")).as("seed %d", seed).isEqualTo("0, 0 buffers, 0 bytes, 0 used");
            assertThat(result.value("agent")).as("seed %d", seed).isEqualTo(NOTHING_LEFT);
            assertThat(result.value("heap")).as("seed %d", seed).isEqualTo("0 0");
            assertThat(Long.parseLong(result.value("served"))).as("seed %d", seed)
                .isBetween(CYCLES * ALLOCATIONS_PER_STEP / 2, Long.parseLong(result.value("allocated")));
        }
    }

    @Test
    void inAndOutWhileThreadsAllocateByAllWays() throws Exception {
        long seed = System.nanoTime();
        try (ChildJvm.Running child = ChildJvm.stock().with(ChildJvm.ALLOW_CLEANER, "-XX:+EnableDynamicAgentLoading")
                .start(Mixing.class, Long.toString(seed))) {
            goInAndOut(child, "intercept=all", seed);
            ChildJvm.Result result = child.finish();
            String none = "direct 0, arena 0, temporary 0, unsafe 0";
            assertThat(result.err()).as("seed %d", seed).isEmpty();
            assertThat(result.status()).as("seed %d", seed).isZero();
            assertThat(result.value("wrong")).as("seed %d", seed).isEqualTo("[null, null]");
            assertThat(result.value("pool")).as("seed %d", seed).isEqualTo("0, 0 buffers, 0 bytes, 0 used");
            assertThat(result.value("live")).as("seed %d", seed).isEqualTo(none);
            assertThat(result.value("bytes")).as("seed %d", seed).isEqualTo(none);
            assertThat(result.value("failed")).as("seed %d", seed).isEqualTo(none);
            assertThat(result.value("heap")).as("seed %d", seed).isEqualTo("0 0");
            assertThat(result.value("served")).as("seed %d", seed)
                .matches("direct \\d{3,}, arena \\d{3,}, temporary \\d{2,}, unsafe \\d{3,}");
        }
    }

    private static void goInAndOut(ChildJvm.Running child, String options, long seed) throws Exception {
        String id = child.readLine();
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            awaitMore(child, seed);
            load(id, options);
            awaitMore(child, seed);
            load(id, "uninstall");
        }
    }

    private static void awaitMore(ChildJvm.Running child, long seed) throws Exception {
        long enough = Long.parseLong(child.ask("count")) + ALLOCATIONS_PER_STEP;
        long end = System.nanoTime() + NANOS_MAX;
        while (Long.parseLong(child.ask("count")) < enough) {
            assertThat(System.nanoTime()).as("goes on; seed %d", seed).isLessThan(end);
            Thread.sleep(50);
        }
    }

    private static void load(String id, String options) throws Exception {
        Attached.withJvm(id, jvm -> {
            jvm.loadAgent(ChildJvm.AGENT.toString(), options);
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", "halt", "return"})
    void endsWhileThreadsAllocate(String how) throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent("report=exit").run(Ending.class, how);
        assertThat(result.out()).containsExactly("allocating");
        assertThat(result.status()).isEqualTo(how.equals("return") ? 0 : Ending.STATUS);
        if (how.equals("halt")) {
            assertThat(result.err()).isEmpty();
        } else {
            assertThat(result.err()).singleElement().asString().satisfies(HazardsIT::assertAddsUp);
        }
    }

    private static void assertAddsUp(String report) {
        Matcher counts = Pattern.compile("memalloc agent: (\\d+) direct buffers served, (\\d+) freed, "
            + "(\\d+) live with (\\d+) bytes, at most (\\d+) bytes at once").matcher(report);
        assertThat(counts.matches()).as(report).isTrue();
        long live = Long.parseLong(counts.group(3));
        assertThat(Long.parseLong(counts.group(1))).as(report).isGreaterThanOrEqualTo(Ending.BUFFERS_BEFORE)
            .isEqualTo(Long.parseLong(counts.group(2)) + live);
        assertThat(Long.parseLong(counts.group(4))).as(report).isEqualTo(live * Ending.CAPACITY)
            .isLessThanOrEqualTo(Long.parseLong(counts.group(5)));
    }
}
