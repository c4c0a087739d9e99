package dev.memalloc;

/**
 * What guards have found that nobody was told, when a heap or the process ends.
 *
 * @param damage where somebody wrote; null if nobody did
 * @param leaks what was never freed; empty if all was
 */
record Findings(IllegalStateException damage, String leaks) {
    private static final Findings NONE = new Findings(null, "");

    /** They are looked for once: damage is told once. Where the Java heap is full, there is a word about that only. */
    static Findings of(Guards guards) {
        if (guards.areOff()) {
            return NONE;
        }
        try {
            return new Findings(guards.damage(), guards.origins().leaks());
        } catch (VirtualMachineError e) {
            return new Findings(null, "what was never freed cannot be listed: " + e);
        }
    }

    /** To the log of the library. */
    void log() {
        if (damage != null) {
            log("found when the heap was closed", damage);
        }
        if (!leaks.isEmpty()) {
            log(leaks, null);
        }
    }

    static void log(String message, Throwable thrown) {
        System.getLogger(Findings.class.getPackageName()).log(System.Logger.Level.WARNING, message, thrown);
    }

    /** To stderr: loggers may have ended when the process does. */
    void print() {
        if (damage != null) {
            System.err.print("memalloc: ");
            damage.printStackTrace();
        }
        if (!leaks.isEmpty()) {
            System.err.println("memalloc: " + leaks);
        }
    }
}
