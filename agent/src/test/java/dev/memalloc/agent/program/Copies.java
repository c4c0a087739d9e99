package dev.memalloc.agent.program;

import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.CodeSource;

/** Says which copy of a class it gets, and what comes of a call of a static method of it; then it uses a buffer. */
public final class Copies {
    private Copies() {
    }

    /** Runs it with the names of a class and of its method. */
    public static void main(String[] args) throws Exception {
        Class<?> type = Class.forName(args[0]);
        System.out.println("copy: " + origin(type));
        try {
            System.out.println("method: " + type.getMethod(args[1]).invoke(null));
        } catch (NoSuchMethodException e) {
            System.out.println("method: none");
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(1000);
        System.out.println("buffer: " + buffer);
        System.out.println("live: " + Figures.agent("LiveCount") + " with " + Figures.agent("LiveBytes") + " bytes");
        buffer = null;
        System.out.println("live then: " + Figures.collectUntil(0, () -> Figures.agent("LiveCount")));
    }

    private static String origin(Class<?> type) throws URISyntaxException {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null ? "boot loader" : Path.of(source.getLocation().toURI()).getFileName().toString();
    }
}
