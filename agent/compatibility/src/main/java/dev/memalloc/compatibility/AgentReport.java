package dev.memalloc.compatibility;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the agent said on stderr when a JVM ended.
 *
 * @param served how many direct buffers it served
 * @param peakBytes the most bytes in them that were live at once
 */
record AgentReport(long served, long peakBytes) {
    /** There was none. */
    static final AgentReport NONE = new AgentReport(-1, -1);

    private static final Pattern LINE = Pattern.compile(
        "memalloc agent: (\\d+) direct buffers served, .* at most (\\d+) bytes at once");

    /** Finds it among the lines of stderr. */
    static Optional<AgentReport> in(List<String> lines) {
        return lines.stream()
            .map(LINE::matcher)
            .filter(Matcher::find)
            .map(found -> new AgentReport(Long.parseLong(found.group(1)), Long.parseLong(found.group(2))))
            .reduce((first, last) -> last);
    }
}
