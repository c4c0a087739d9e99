package dev.memalloc.compatibility;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A way to start a JVM: as it is, or with the agent.
 *
 * @param name what it is called in tables
 * @param agentOptions the agent's options, or null to leave the agent out
 */
record Variant(String name, String agentOptions) {
    /** Without the agent: what all others are compared with. */
    static final Variant STOCK = new Variant("stock", null);
    /** All that are run if nothing else is asked for. */
    static final List<Variant> ALL = List.of(
        STOCK,
        new Variant("agent", ""),
        new Variant("all", "intercept=all"));

    boolean hasAgent() {
        return agentOptions != null;
    }

    /** The JVM's argument for it, if any. */
    List<String> arguments(Path agent) {
        List<String> options = new ArrayList<>(List.of("report=exit"));
        if (hasAgent() && !agentOptions.isEmpty()) {
            options.add(agentOptions);
        }
        return hasAgent() ? List.of("-javaagent:" + agent + "=" + String.join(",", options)) : List.of();
    }

    /** Finds the named one. */
    static Variant named(String name) {
        return ALL.stream()
            .filter(variant -> variant.name.equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("there is no variant \"" + name + "\", but "
                + String.join(", ", ALL.stream().map(Variant::name).toList())));
    }
}
