package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.Library;
import org.junit.jupiter.api.Test;

/** An application that uses the library, under the agent. */
class LibraryIT {
    @Test
    void sharesTheHeapOnTheClassPath() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent()
            .with("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny")
            .onClassPath(ChildJvm.ALLOCATOR).run(Library.class).silent();
        assertShared(result);
        assertThat(result.value("own heap")).isEqualTo("true");
    }

    @Test
    void isLentNoNativeAccess() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with("--illegal-native-access=deny")
            .onClassPath(ChildJvm.ALLOCATOR).run(Library.class).silent();
        assertShared(result);
        assertThat(result.value("own heap")).contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void hasItsOwnOnTheModulePath() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent()
            .with("--enable-native-access=dev.memalloc", "--illegal-native-access=deny")
            .with("-p", ChildJvm.ALLOCATOR.toString(), "--add-modules", "dev.memalloc")
            .run(Library.class).silent();
        assertThat(result.value("module")).isEqualTo("dev.memalloc");
        assertThat(result.value("value")).isEqualTo("42");
        assertThat(result.value("buffer's bytes in the heap")).isEqualTo("0");
        assertThat(result.value("buffer's block")).isEqualTo("not in this heap");
        assertThat(result.value("own heap")).isEqualTo("true");
    }

    private static void assertShared(ChildJvm.Result result) {
        assertThat(result.value("loader")).isEqualTo("null");
        assertThat(result.value("value")).isEqualTo("42");
        assertThat(Integer.parseInt(result.value("buffer's bytes in the heap"))).isBetween(1000, 1032);
        assertThat(result.value("buffer's block")).endsWith(" bytes");
        assertThat(result.value("buffer")).isEqualTo("java.nio.DirectByteBuffer[pos=0 lim=1000 cap=1000]");
    }
}
