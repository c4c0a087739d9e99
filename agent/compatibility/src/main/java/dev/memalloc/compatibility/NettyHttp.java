package dev.memalloc.compatibility;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty's example of an HTTP server that answers with what it was sent (its "snoop" server), under a bounded load. The
 * answer is the digest of all that the server said.
 *
 * @param name what it is called
 * @param version the Netty, 4.1 or 4.2
 * @param flags of the server's JVM
 * @param served the JVM in which the agent has to serve something, or "" if Netty asks for nothing
 * @param requests how many there are
 */
record NettyHttp(String name, String version, List<String> flags, String served, int requests) implements Program {
    private static final int CONNECTIONS = 8;

    @Override
    public String artifacts() {
        return "netty-http-" + version;
    }

    @Override
    public Answer run(Jvms jvms) throws IOException, InterruptedException {
        int port = FreePort.find();
        List<String> arguments = new ArrayList<>(List.of("-Xmx256m", "-Dport=" + port));
        arguments.addAll(flags);
        try (Jvm server = jvms.start("server", arguments, "io.netty.example.http.snoop.HttpSnoopServer", List.of())) {
            HttpLoad load = new HttpLoad(port, CONNECTIONS, requests / CONNECTIONS);
            server.awaitLine("http://127.0.0.1:" + port);
            load.run();
            server.stop();
            return new Answer(load.digests(), load.work());
        }
    }
}
