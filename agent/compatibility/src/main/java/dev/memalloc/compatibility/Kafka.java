package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Kafka broker of one node, with Kafka's own tools: one produces lines of licences, one prints all of them, one
 * measures how fast they are consumed. All JVMs are of the variant. The answer is the digest of what was printed.
 *
 * <p>Without TLS Kafka reads and writes through buffers of the Java heap, and asks for no direct ones.
 *
 * @param name what it is called
 * @param tls whether the tools talk to the broker over TLS
 */
record Kafka(String name, boolean tls) implements Program {
    private static final int RECORDS = 300_000;
    private static final String TOPIC = "licences";
    private static final List<String> TOOL = List.of("-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

    @Override
    public String artifacts() {
        return "kafka";
    }

    @Override
    public String served() {
        return tls ? "broker" : "";
    }

    @Override
    public Answer run(Jvms jvms) throws IOException, InterruptedException {
        Path folder = jvms.folder();
        Texts.LICENCES.copyTo(folder.resolve("texts"));
        Files.write(folder.resolve("payload"), lines(folder.resolve("texts")));
        if (tls) {
            Certificate.create(folder.resolve("keys"));
        }
        int port = FreePort.find();
        Files.write(folder.resolve("broker.properties"), brokerSettings(port, FreePort.find()));
        Files.write(folder.resolve("client.properties"), tls ? tlsSettings("truststore") : List.of());
        jvms.start("format", TOOL, "kafka.tools.StorageTool", List.of("format", "--standalone",
            "--cluster-id", "AAAAAAAAAAAAAAAAAAAAAQ", "--config", "broker.properties")).end();
        Jvm broker = jvms.start("broker", List.of("-Xmx512m"), "kafka.Kafka", List.of("broker.properties"));
        broker.awaitLine("Kafka Server started");
        List<String> client = List.of("--command-config", "client.properties", "--bootstrap-server",
            "127.0.0.1:" + port, "--topic", TOPIC);
        String records = Integer.toString(RECORDS);
        List<String> produced = tool(jvms, "producer", "ProducerPerformance", client,
            "--num-records", records, "--throughput", "-1", "--payload-file", "payload", "--random-seed", "1");
        List<String> printed = tool(jvms, "printer", "consumer.ConsoleConsumer", client,
            "--from-beginning", "--max-messages", records);
        List<String> consumed = tool(jvms, "consumer", "ConsumerPerformance", client,
            "--num-records", records, "--hide-header");
        broker.stop();
        return new Answer(List.of(printed.size() + " records, SHA-256 " + digest(printed)),
            "produced " + whole(produced.getLast().replaceFirst("^.* sent, (\\S+) records/sec.*$", "$1"))
                + " and consumed " + whole(consumed.getFirst().split(", ")[5]) + " records a second");
    }

    /** A number without what is behind its point. */
    private static String whole(String number) {
        return number.replaceFirst("[.].*", "");
    }

    private static List<String> tool(Jvms jvms, String name, String tool, List<String> client, String... arguments)
            throws IOException, InterruptedException {
        return jvms.start(name, TOOL, "org.apache.kafka.tools." + tool,
            Stream.concat(client.stream(), Stream.of(arguments)).toList()).end();
    }

    private List<String> brokerSettings(int port, int controllerPort) {
        String protocol = tls ? "SSL" : "PLAINTEXT";
        List<String> settings = new ArrayList<>(List.of(
            "process.roles=broker,controller",
            "node.id=1",
            "listeners=%s://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(protocol, port, controllerPort),
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL",
            "controller.listener.names=CONTROLLER",
            "controller.quorum.bootstrap.servers=127.0.0.1:" + controllerPort,
            "inter.broker.listener.name=" + protocol,
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=1",
            "group.initial.rebalance.delay.ms=0",
            "num.partitions=1",
            "log.dirs=data"));
        if (tls) {
            settings.addAll(tlsSettings("keystore"));
            settings.addAll(tlsSettings("truststore"));
            settings.removeIf("security.protocol=SSL"::equals);
        }
        return settings;
    }

    private static List<String> tlsSettings(String store) {
        return List.of(
            "security.protocol=SSL",
            "ssl.%s.location=keys".formatted(store),
            "ssl.%s.type=PKCS12".formatted(store),
            "ssl.%s.password=%s".formatted(store, Certificate.PASSWORD));
    }

    private static List<String> lines(Path texts) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(texts)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines()
                    .map(line -> line.replaceAll("[^\\x20-\\x7e]", "?").strip())
                    .filter(line -> !line.isEmpty())
                    .forEach(lines::add);
            }
        }
        return lines;
    }

    private static String digest(List<String> lines) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            lines.forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
