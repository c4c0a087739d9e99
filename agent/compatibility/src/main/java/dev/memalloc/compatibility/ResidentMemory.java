package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory a process had at most, as Linux says. */
final class ResidentMemory {
    private static final String PEAK = "VmHWM:";

    private ResidentMemory() {
    }

    /** The peak in KiB; empty if the process has ended. */
    static OptionalLong peakKib(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith(PEAK))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
