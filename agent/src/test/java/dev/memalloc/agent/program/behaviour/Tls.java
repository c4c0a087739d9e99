package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** TLS between two engines that have nothing but direct buffers, and through a socket. */
final class Tls {
    /** The password of the file with the key. */
    private static final char[] PASSWORD = "password".toCharArray();
    private static final int STEPS_MAX = 1000;

    private Tls() {
    }

    static void show(String keyFile) throws Exception {
        SSLContext context = context(keyFile);
        print("engine", () -> throughEngines(context));
        print("engine without room", () -> {
            SSLEngine engine = context.createSSLEngine("server", 1);
            engine.setUseClientMode(true);
            return engine.wrap(ByteBuffer.allocateDirect(0), ByteBuffer.allocateDirect(10));
        });
        print("TLS socket", () -> throughSocket(context));
    }

    private static SSLContext context(String keyFile) throws Exception {
        KeyStore keys = KeyStore.getInstance("JKS");
        try (InputStream in = Files.newInputStream(Path.of(keyFile))) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(keys);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private static String throughEngines(SSLContext context) throws SSLException {
        Peer client = new Peer(context.createSSLEngine("server", 1), true);
        Peer server = new Peer(context.createSSLEngine(), false);
        Buffers.fill(client.plain);
        for (int step = 0; client.plain.hasRemaining() || server.received.position() < client.plain.limit(); step++) {
            if (step > STEPS_MAX) {
                return "stuck at " + client + " and " + server;
            }
            client.step(server);
            server.step(client);
        }
        return client.engine.getSession().getProtocol() + " " + client.engine.getSession().getCipherSuite() + " "
            + server.received.flip() + " " + server.received.hashCode();
    }

    private static String throughSocket(SSLContext context) throws Exception {
        try (SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread echo = Thread.ofVirtual().start(() -> {
                try (SSLSocket accepted = (SSLSocket) server.accept()) {
                    accepted.getOutputStream().write(accepted.getInputStream().readNBytes(1000));
                } catch (Exception e) {
                    System.out.println("echo: " + e);
                }
            });
            try (SSLSocket client = (SSLSocket) context.getSocketFactory()
                    .createSocket(server.getInetAddress(), server.getLocalPort())) {
                byte[] sent = new byte[1000];
                Buffers.filled(sent.length).get(sent);
                client.getOutputStream().write(sent);
                ByteBuffer received = ByteBuffer.allocateDirect(1000).put(client.getInputStream().readNBytes(1000));
                echo.join();
                return client.getSession().getProtocol() + " " + received.flip().hashCode();
            }
        }
    }

    /** An engine with its buffers; what the other one is to get lies in {@code arrived} of that one. */
    private static final class Peer {
        final SSLEngine engine;
        final ByteBuffer plain;
        final ByteBuffer received = ByteBuffer.allocateDirect(100_000);
        private final ByteBuffer arrived = ByteBuffer.allocateDirect(200_000);

        Peer(SSLEngine engine, boolean isClient) {
            this.engine = engine;
            engine.setUseClientMode(isClient);
            plain = ByteBuffer.allocateDirect(isClient ? 50_000 : 0);
        }

        void step(Peer other) throws SSLException {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
            arrived.flip();
            if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP && arrived.hasRemaining()) {
                engine.unwrap(arrived, received);
            }
            arrived.compact();
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                    || engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING && plain.hasRemaining()
                    || engine.getSession().getProtocol().equals("NONE") && arrived.position() == 0) {
                engine.wrap(plain, other.arrived);
            }
        }

        @Override
        public String toString() {
            return engine.getHandshakeStatus() + " " + arrived;
        }
    }
}
