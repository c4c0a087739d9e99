package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs a program in each variant, and holds its answers against that of the first variant. */
final class Comparison {
    private final Program program;
    private final Path artifacts;
    private final Path agent;
    private final Path folder;

    /**
     * Prepares one.
     *
     * @param program what is run
     * @param artifacts the folder with its pom, built
     * @param agent the agent's jar
     * @param folder where the JVMs' files go
     */
    Comparison(Program program, Path artifacts, Path agent, Path folder) {
        this.program = program;
        this.artifacts = artifacts;
        this.agent = agent;
        this.folder = folder;
    }

    /** Runs it once in each variant; what went wrong is in the figures. */
    List<Figures> run(List<Variant> variants) throws IOException, InterruptedException {
        List<Figures> all = new ArrayList<>();
        List<String> expected = null;
        for (Variant variant : variants) {
            Path place = folder.resolve(program.name() + "-" + variant.name().replaceAll("\\W+", "-"));
            Files.createDirectories(place);
            long start = System.nanoTime();
            try (Jvms jvms = new Jvms(variant, agent, artifacts, place)) {
                Answer answer;
                String outcome;
                try {
                    answer = program.run(jvms);
                    Files.write(place.resolve("answer.txt"), answer.lines());
                    outcome = judge(answer, expected, jvms);
                } catch (IOException e) {
                    answer = new Answer(null, "");
                    outcome = "failed: " + e.getMessage();
                    jvms.end();
                }
                if (expected == null) {
                    expected = answer.lines();
                }
                for (Figures figures : jvms.figures(program.name())) {
                    all.add(figures.judged(answer.work(), outcome));
                }
                System.err.printf(Locale.ROOT, "%s, %s: %s after %.1f s; %s%n", program.name(), variant.name(),
                    outcome, (System.nanoTime() - start) / 1e9, answer.work());
            }
        }
        return all;
    }

    private String judge(Answer answer, List<String> expected, Jvms jvms) throws IOException {
        Variant variant = jvms.variant();
        for (Figures figures : jvms.figures(program.name())) {
            if (variant.hasAgent() && figures.served() < 0) {
                return "failed: no report of the agent in " + figures.jvm();
            }
            if (variant.hasAgent() && figures.jvm().equals(program.served()) && figures.served() == 0) {
                return "failed: the agent served nothing in " + figures.jvm();
            }
        }
        if (answer.lines().isEmpty()) {
            return "failed: no answer to compare";
        }
        if (variant.equals(Variant.STOCK)) {
            return Figures.REFERENCE;
        }
        if (expected == null) {
            return "failed: nothing to compare with";
        }
        return expected.equals(answer.lines()) ? Figures.SAME : "differs " + difference(expected, answer.lines());
    }

    /** The first line that differs. */
    private static String difference(List<String> expected, List<String> lines) {
        int at = 0;
        while (at < expected.size() && at < lines.size() && expected.get(at).equals(lines.get(at))) {
            at++;
        }
        return "in line " + (at + 1) + ": expected " + lineOf(expected, at) + ", got " + lineOf(lines, at);
    }

    private static String lineOf(List<String> lines, int at) {
        return at < lines.size() ? "\"" + lines.get(at) + "\"" : "the end";
    }
}
