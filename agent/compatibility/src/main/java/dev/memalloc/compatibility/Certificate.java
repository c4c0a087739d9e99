package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Path;

/** A key and a self-signed certificate for this machine's loopback address, made by the JDK's own tool. */
final class Certificate {
    static final String PASSWORD = "changeit";

    private Certificate() {
    }

    /** Makes them, in a PKCS #12 file that serves as key store and as trust store. */
    static void create(Path file) throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
            "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD,
            "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool could not make a certificate");
        }
    }
}
