package dev.memalloc.agent;

import dev.memalloc.agent.saboteur.Saboteur;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The jar that makes an agent of {@link Saboteur}, whose classes are on the class path. */
final class SaboteurJar {
    /** What it needs on the class path. */
    static final Path BYTE_BUDDY = ChildJvm.locationOf(net.bytebuddy.ByteBuddy.class);

    private SaboteurJar() {
    }

    /** Writes it into a folder, and returns the JVM's argument that starts it. */
    static String asAgent(Path folder, String how) throws IOException {
        Path jar = folder.resolve("saboteur.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", Saboteur.class.getName());
        manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
        try (OutputStream file = Files.newOutputStream(jar)) {
            new JarOutputStream(file, manifest).close();
        }
        return "-javaagent:" + jar + "=" + how;
    }
}
