package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Real texts that are on every machine with a JDK: its licences, and the sources of its base module. */
enum Texts {
    /** Some hundred licences. */
    LICENCES,
    /** Some thousand Java files. */
    SOURCES;

    private static final Path HOME = Path.of(System.getProperty("java.home"));
    private static final String BASE = "java.base/java/";

    /** Copies them to a folder. */
    void copyTo(Path folder) throws IOException {
        switch (this) {
            case LICENCES -> copyLicences(folder);
            case SOURCES -> copySources(folder);
        }
    }

    private static void copyLicences(Path folder) throws IOException {
        Path legal = HOME.resolve("legal");
        try (var files = Files.walk(legal)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(legal.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    private static void copySources(Path folder) throws IOException {
        Path archive = HOME.resolve("lib/src.zip");
        if (!Files.exists(archive)) {
            throw new IOException("this JDK has no lib/src.zip; its vendor has it in a package of its own");
        }
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements();) {
                ZipEntry entry = entries.nextElement();
                if (entry.getName().startsWith(BASE) && !entry.isDirectory()) {
                    Path copy = folder.resolve(entry.getName());
                    Files.createDirectories(copy.getParent());
                    Files.copy(zip.getInputStream(entry), copy);
                }
            }
        }
    }
}
