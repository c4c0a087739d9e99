package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.AllKinds;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that the agent can intercept, in a JVM that runs: into it, out of it, and into it again. */
class AllKindsIT {
    @TempDir
    Path folder;

    @Test
    void inAndOutWithMemoryOfEachKindLive() throws Exception {
        try (ChildJvm.Running child = start()) {
            String id = child.readLine();
            assertThat(load(id, "intercept=all")).isEqualTo("installed into");
            Counts first = ask(child, "allocate");
            assertThat(first.live()).isEqualTo("1 1 1");
            assertThat(load(id, "uninstall")).isEqualTo("uninstalled from");
            Counts second = ask(child, "allocate");
            assertThat(second).as("the JVM's own, not counted").isEqualTo(first);
            assertThat(ask(child, "free").live()).as("what was served").isEqualTo("0 0 0");
            assertThat(load(id, "intercept=all")).isEqualTo("installed into");
            Counts third = ask(child, "allocate");
            assertThat(third.live()).isEqualTo("1 1 1");
            assertThat(third.temporary()).isGreaterThan(second.temporary());
            assertThat(ask(child, "free").live()).as("what was the JVM's own").isEqualTo("1 1 1");
            assertThat(ask(child, "free").live()).isEqualTo("0 0 0");
            assertThat(child.finish().silent().status()).isZero();
        }
    }

    @Test
    void moreIsInterceptedWhenThatIsAskedFor() throws Exception {
        try (ChildJvm.Running child = start()) {
            String id = child.readLine();
            assertThat(load(id, "")).isEqualTo("installed into");
            Counts direct = ask(child, "allocate");
            assertThat(direct.live()).isEqualTo("0 0 1");
            assertThat(direct.temporary()).isZero();
            assertThat(load(id, "intercept=all")).isEqualTo("installed into");
            Counts all = ask(child, "allocate");
            assertThat(all.live()).isEqualTo("1 1 2");
            assertThat(all.temporary()).isPositive();
            assertThat(load(id, "")).isEqualTo("was installed in before");
            assertThat(ask(child, "allocate").live()).isEqualTo("2 2 3");
            for (int i = 0; i < 2; i++) {
                ask(child, "free");
            }
            assertThat(ask(child, "free").live()).isEqualTo("0 0 0");
            assertThat(child.finish().silent().status()).isZero();
        }
    }

    @Test
    void anotherAgentsTransformationKeepsWhatIsRewritten() throws Exception {
        ChildJvm jvm = ChildJvm.withAgent("intercept=all").with(ChildJvm.ALLOW_CLEANER)
            .with(SaboteurJar.asAgent(folder, "retransform")).onClassPath(SaboteurJar.BYTE_BUDDY);
        assertServesEachKind(jvm);
    }

    @Test
    void whatIsRewrittenKeepsAnotherAgentsTransformation() throws Exception {
        ChildJvm jvm = ChildJvm.stock().with(ChildJvm.ALLOW_CLEANER)
            .with(SaboteurJar.asAgent(folder, "retransform")).onClassPath(SaboteurJar.BYTE_BUDDY)
            .with("-javaagent:" + ChildJvm.AGENT + "=intercept=all");
        assertServesEachKind(jvm);
    }

    private static void assertServesEachKind(ChildJvm jvm) throws Exception {
        try (ChildJvm.Running child = jvm.start(AllKinds.class)) {
            child.readLine();
            Counts before = ask(child, "allocate");
            assertThat(before.live()).endsWith("1");
            Counts after = ask(child, "free");
            assertThat(after.temporary()).isPositive();
            assertThat(child.finish().silent().value("retransformed calls")).isEqualTo("true");
        }
    }

    private static ChildJvm.Running start() throws Exception {
        return ChildJvm.stock().with(ChildJvm.ALLOW_CLEANER, "-XX:+EnableDynamicAgentLoading").start(AllKinds.class);
    }

    /** What the tool says, without its name and the process. */
    private static String load(String id, String options) throws Exception {
        String said = ChildJvm.stock().with("-jar", ChildJvm.AGENT.toString(), id, options).run().silent().out()
            .getFirst();
        return said.replace("memalloc agent: ", "").replace(" " + id, "");
    }

    private static Counts ask(ChildJvm.Running child, String what) throws Exception {
        String[] words = child.ask(what).split("[ /]");
        return new Counts(words[1] + " " + words[3] + " " + words[5], words[0] + " " + words[2] + " " + words[4],
            Long.parseLong(words[6]));
    }

    /** Live and allocated, of arenas, Unsafe and direct buffers; allocated temporary buffers. */
    private record Counts(String live, String allocated, long temporary) {
    }
}
