package dev.memalloc.agent;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An installed JDK that is older than the agent needs, and new enough to load the classes that say so. */
final class OlderJvm {
    private static final int OLDEST = 17;
    private static final int NEEDED = 25;
    private static final Pattern VERSION = Pattern.compile("^JAVA_VERSION=\"(\\d+)", Pattern.MULTILINE);

    private OlderJvm() {
    }

    /** The home of one, where the PATH or the usual places have one. */
    static Optional<Path> home() throws IOException {
        List<Path> homes = new ArrayList<>();
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path java = Path.of(directory, "java");
            if (Files.isExecutable(java)) {
                homes.add(java.toRealPath().getParent().getParent());
            }
        }
        String user = System.getProperty("user.home");
        for (Path place : List.of(Path.of("/usr/lib/jvm"), Path.of("/usr/lib64/jvm"), Path.of("/opt/java"),
                Path.of(user, ".sdkman/candidates/java"), Path.of(user, ".jdks"))) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> entries = Files.list(place)) {
                    homes.addAll(entries.toList());
                }
            }
        }
        for (Path home : homes) {
            if (isOne(home)) {
                return Optional.of(home);
            }
        }
        return Optional.empty();
    }

    private static boolean isOne(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
            return false;
        }
        String text = Files.readString(release);
        Matcher version = VERSION.matcher(text);
        if (!version.find() || !text.contains("jdk.attach")) {
            return false;
        }
        int feature = Integer.parseInt(version.group(1));
        return feature >= OLDEST && feature < NEEDED;
    }
}
