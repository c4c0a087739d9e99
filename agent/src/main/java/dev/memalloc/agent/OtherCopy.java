package dev.memalloc.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.JarFile;

/** A copy of the library on the application's class path: the agent's, in the boot loader, comes before it. */
final class OtherCopy {
    private static final String ONE_CLASS = "dev/memalloc/Memory.class";

    private OtherCopy() {
    }

    /** Says so on stderr if it is of another version than that in the agent's jar. */
    static void mention(Path jar) {
        try {
            URL other = ClassLoader.getSystemResource(ONE_CLASS);
            if (other != null && !Arrays.equals(bytes(other), bytes(jar))) {
                System.err.println("memalloc agent: the class path has another version of the library (" + other
                    + "); the application gets the agent's");
            }
        } catch (IOException e) {
            // Whoever loads a class from there will be told.
        }
    }

    private static byte[] bytes(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile());
             InputStream in = file.getInputStream(file.getJarEntry(BootClasses.PREFIX + ONE_CLASS))) {
            return in.readAllBytes();
        }
    }
}
