package dev.memalloc.agent.boot;

/** Misuse that is found where nobody can be told by an exception. */
final class Misuse {
    private Misuse() {
    }

    /** Prints it, on a thread of its own: the reference handler must not wait for stderr. */
    static void print(RuntimeException found) {
        Thread printer = new Thread(() -> {
            System.err.print("memalloc agent: found when a direct buffer was freed: ");
            found.printStackTrace();
        }, "memalloc-misuse");
        printer.setDaemon(true);
        printer.start();
    }
}
