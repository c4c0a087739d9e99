package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The programs' artifacts: each in a folder with a pom, to which Maven downloads them. */
final class Artifacts {
    private final Path programs;

    Artifacts(Path programs) {
        this.programs = programs;
    }

    /** The folder of a program, with everything that it needs in {@code target}; downloads what is missing. */
    Path of(Program program) throws IOException, InterruptedException {
        Path folder = programs.resolve(program.artifacts());
        if (!isThere(folder)) {
            System.err.println(program.artifacts() + ": downloading what is not in the local Maven repository ...");
            int status = new ProcessBuilder("mvn", "-q", "-B", "clean", "package").directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT)
                .start().waitFor();
            if (status != 0 || !isThere(folder)) {
                throw new IOException("Maven could not get the artifacts; to see why: mvn -B package -f "
                    + folder.resolve("pom.xml"));
            }
        }
        return folder;
    }

    private static boolean isThere(Path folder) throws IOException {
        Path libraries = folder.resolve("target/lib");
        return Files.isDirectory(libraries) && Files.getLastModifiedTime(libraries)
            .compareTo(Files.getLastModifiedTime(folder.resolve("pom.xml"))) >= 0;
    }
}
