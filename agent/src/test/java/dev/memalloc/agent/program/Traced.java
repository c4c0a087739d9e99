package dev.memalloc.agent.program;

import com.sun.net.httpserver.HttpServer;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Asks a server of its own for something: an agent that traces requests adds a header to them. */
public final class Traced {
    private Traced() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        CompletableFuture<String> header = new CompletableFuture<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            header.complete(exchange.getRequestHeaders().getFirst("traceparent"));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        System.out.println("answer: " + connection.getResponseCode());
        System.out.println("traced: " + (header.get() != null));
        server.stop(0);
        long before = Figures.agent("AllocationCount");
        ByteBuffer buffer = ByteBuffer.allocateDirect(1000).put(999, (byte) 1);
        System.out.println("buffer: " + buffer);
        System.out.println("served: " + (Figures.agent("AllocationCount") - before));
        Figures.invokeCleaner(buffer);
        buffer = null;
        System.out.println("failed: " + Figures.agent("FailedFreeCount"));
    }
}
