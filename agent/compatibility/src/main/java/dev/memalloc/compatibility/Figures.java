package dev.memalloc.compatibility;

/**
 * What one JVM took.
 *
 * @param program the program's name
 * @param variant the variant's name
 * @param jvm which of the program's JVMs it is
 * @param millis from its start to its end
 * @param peakKib the most resident memory that it had
 * @param served how many direct buffers the agent served, and what else where it intercepts all; -1 without it
 * @param peakBytes the most bytes in these that were live at once; -1 without the agent
 * @param work how much the program did in which time
 * @param outcome "same" if it answered as without the agent, else what went wrong
 */
record Figures(String program, String variant, String jvm, long millis, long peakKib, long served, long peakBytes,
        String work, String outcome) {
    static final String SAME = "same";
    static final String REFERENCE = "reference";

    boolean isGood() {
        return outcome.equals(SAME) || outcome.equals(REFERENCE);
    }

    Figures of(String newProgram) {
        return new Figures(newProgram, variant, jvm, millis, peakKib, served, peakBytes, work, outcome);
    }

    Figures judged(String newWork, String newOutcome) {
        return new Figures(program, variant, jvm, millis, peakKib, served, peakBytes, newWork, newOutcome);
    }
}
