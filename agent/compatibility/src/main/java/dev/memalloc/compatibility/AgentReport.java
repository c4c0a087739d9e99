package dev.memalloc.compatibility;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the agent said on stderr when a JVM ended.
 *
 * @param served how many direct buffers it served, and what else where it intercepts all
 * @param peakBytes the most bytes in direct buffers that were live at once
 */
record AgentReport(long served, long peakBytes) {
    /** There was none. */
    static final AgentReport NONE = new AgentReport(-1, -1);

    private static final Pattern LINE = Pattern.compile(
        "memalloc agent: (\\d+) .* served, \\d+ freed, \\d+ live with \\d+ bytes(?:, at most (\\d+) bytes at once)?");

    /** Finds it among the lines of stderr: a line for direct buffers, and perhaps others for other kinds. */
    static Optional<AgentReport> in(List<String> lines) {
        return lines.stream()
            .map(LINE::matcher)
            .filter(Matcher::find)
            .map(found -> new AgentReport(Long.parseLong(found.group(1)),
                found.group(2) == null ? 0 : Long.parseLong(found.group(2))))
            .reduce((one, other) ->
                new AgentReport(one.served + other.served, Math.max(one.peakBytes, other.peakBytes)));
    }
}
