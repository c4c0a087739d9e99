package dev.memalloc.agent.program.behaviour;

/**
 * Prints what direct buffers do, one line each: with the agent and without, it must print the same.
 *
 * <p>It expects a limit of 8 MiB of direct memory, {@code sun.nio.ch}, {@code jdk.internal.ref} and
 * {@code jdk.internal.perf} exported to it, and as its argument a file with a key for TLS. It is cut into groups, a
 * class each; those that count direct memory come before those that leave caches and threads behind.
 */
public final class Behaviour {
    private Behaviour() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        Creation.show();
        Zeroes.show();
        Cleaning.show();
        Views.show();
        Segments.show();
        ConcurrentUse.show();
        Accounting.show();
        FileAccess.show();
        Sockets.show();
        Codecs.show();
        Tls.show(args[0]);
        Natives.show();
        Observation.print("end", () -> Buffers.live() <= Buffers.KEPT_BY_THREADS_MAX);
    }
}
