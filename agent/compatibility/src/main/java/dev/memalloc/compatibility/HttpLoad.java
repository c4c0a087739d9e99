package dev.memalloc.compatibility;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A bounded load on an HTTP server of this machine: each of some connections posts texts of up to 60,000 letters, one
 * after the other, the same ones in each load. What is answered goes into a digest for each connection.
 */
final class HttpLoad {
    private static final int TEXT_MAX = 60_000;

    private final int port;
    private final int connections;
    private final int requestsEach;
    private final List<String> digests = new ArrayList<>();
    private long bytes;
    private double seconds;

    HttpLoad(int port, int connections, int requestsEach) {
        this.port = port;
        this.connections = connections;
        this.requestsEach = requestsEach;
    }

    /** Sends everything. */
    void run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Callable<String>> all = new ArrayList<>();
            for (int connection = 0; connection < connections; connection++) {
                int seed = connection;
                all.add(() -> converse(seed));
            }
            for (Future<String> digest : threads.invokeAll(all)) {
                digests.add(digest.get());
            }
        } catch (ExecutionException e) {
            throw new IOException("a request failed: " + e.getCause(), e);
        }
        seconds = (System.nanoTime() - start) / 1e9;
    }

    private String converse(int seed) throws IOException, InterruptedException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Random random = new Random(seed);
        long received = 0;
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; i < requestsEach; i++) {
                HttpResponse<String> response = client.send(request(i, random), HttpResponse.BodyHandlers.ofString());
                String body = inOnePiece(response.body()).replace(":" + port, "");
                digest.update((response.statusCode() + body).getBytes(StandardCharsets.UTF_8));
                received += body.length();
            }
        }
        synchronized (this) {
            bytes += received;
        }
        return "connection " + seed + ": " + requestsEach + " answers, " + received + " bytes, SHA-256 "
            + HexFormat.of().formatHex(digest.digest());
    }

    /** What was posted arrives at the server in pieces, and each of them is answered in a line; joins these. */
    private static String inOnePiece(String body) {
        return body.replace("\r\nCONTENT: ", "");
    }

    private HttpRequest request(int number, Random random) {
        byte[] text = new byte[random.nextInt(TEXT_MAX)];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) ('a' + random.nextInt(26));
        }
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + number + "?number=" + number))
            .POST(HttpRequest.BodyPublishers.ofByteArray(text)).build();
    }

    /** A line for each connection, the same if all answers were the same. */
    List<String> digests() {
        return digests;
    }

    /** How much it was in which time. */
    synchronized String work() {
        return String.format(Locale.ROOT, "%,d requests, %.0f MiB answered, %,.0f a second",
            connections * requestsEach, bytes / 1048576.0, connections * requestsEach / seconds);
    }
}
