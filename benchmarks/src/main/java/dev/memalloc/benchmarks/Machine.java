package dev.memalloc.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a result depends on besides the allocators. */
final class Machine {
    private Machine() {
    }

    /** Names and values, in the order in which they are to be read. */
    static Map<String, String> fields() throws IOException {
        return fields(ChildJvm.FLAGS);
    }

    /** The same for JVMs with other flags. */
    static Map<String, String> fields(List<String> flags) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("date", ZonedDateTime.now().truncatedTo(ChronoUnit.SECONDS)
            .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME));
        fields.put("commit", System.getProperty("benchmarks.commit", "unknown"));
        fields.put("processor", valueOf("/proc/cpuinfo", "model name"));
        fields.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        fields.put("memory", valueOf("/proc/meminfo", "MemTotal"));
        fields.put("load", firstLine("/proc/loadavg"));
        fields.put("transparent huge pages", firstLine("/sys/kernel/mm/transparent_hugepage/enabled"));
        fields.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        fields.put("distribution", valueOf("/etc/os-release", "PRETTY_NAME"));
        fields.put("jvm", System.getProperty("java.vm.vendor") + " " + System.getProperty("java.runtime.version"));
        fields.put("jvm flags", String.join(" ", flags));
        return fields;
    }

    /** The value of the first line that is a name, a colon or an equals sign, and a value. */
    private static String valueOf(String file, String name) throws IOException {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                .map(line -> line.replaceFirst("[^:=]*[:=]", "").replace("\"", "").strip())
                .findFirst()
                .orElse("unknown");
        }
    }

    private static String firstLine(String file) throws IOException {
        Path path = Path.of(file);
        return Files.exists(path) ? Files.readString(path).strip() : "unknown";
    }
}
