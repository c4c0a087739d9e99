package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Buffers that are sent and received on the loopback interface. */
final class Sockets {
    private static final long MILLIS_MAX = 20_000;

    private Sockets() {
    }

    static void show() {
        print("socket", Sockets::throughSocket);
        print("socket, scattered and gathered", Sockets::throughParts);
        print("socket, asynchronous", Sockets::throughAsynchronousSocket);
        print("socket, asynchronous, in parts", Sockets::throughAsynchronousParts);
        print("datagram", Sockets::throughDatagrams);
        print("datagram into read-only", () -> {
            try (DatagramChannel channel = DatagramChannel.open().bind(anyPort())) {
                return channel.receive(ByteBuffer.allocateDirect(1).asReadOnlyBuffer());
            }
        });
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static String throughSocket() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(anyPort());
            SocketChannel client = SocketChannel.open(server.getLocalAddress());
            SocketChannel accepted = server.accept()) {
            client.write(Buffers.filled(1000));
            return receive(accepted, ByteBuffer.allocateDirect(1000));
        }
    }

    private static String throughParts() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(anyPort());
            SocketChannel client = SocketChannel.open(server.getLocalAddress());
            SocketChannel accepted = server.accept()) {
            client.write(new ByteBuffer[] {Buffers.filled(1000), Buffers.filled(300).position(100)});
            client.shutdownOutput();
            ByteBuffer[] parts = {ByteBuffer.allocateDirect(500), ByteBuffer.allocateDirect(1000)};
            while (accepted.read(parts) >= 0) {
                Thread.onSpinWait();
            }
            return parts[0].flip().hashCode() + " " + parts[1].flip().hashCode();
        }
    }

    private static String throughAsynchronousSocket() throws Exception {
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open().bind(anyPort());
            AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            Future<AsynchronousSocketChannel> accepting = server.accept();
            client.connect(server.getLocalAddress()).get();
            try (AsynchronousSocketChannel accepted = accepting.get()) {
                int written = client.write(Buffers.filled(1000)).get();
                ByteBuffer received = ByteBuffer.allocateDirect(1000);
                while (received.hasRemaining()) {
                    accepted.read(received).get();
                }
                return written + " " + received.flip().hashCode();
            }
        }
    }

    private static String throughAsynchronousParts() throws Exception {
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open().bind(anyPort());
            AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            Future<AsynchronousSocketChannel> accepting = server.accept();
            client.connect(server.getLocalAddress()).get();
            try (AsynchronousSocketChannel accepted = accepting.get()) {
                Completion written = new Completion();
                client.write(new ByteBuffer[] {Buffers.filled(100), Buffers.filled(200)}, 0, 2, MILLIS_MAX,
                    TimeUnit.MILLISECONDS, null, written);
                ByteBuffer[] parts = {ByteBuffer.allocateDirect(50), ByteBuffer.allocateDirect(250)};
                while (parts[1].hasRemaining()) {
                    Completion read = new Completion();
                    accepted.read(parts, 0, 2, MILLIS_MAX, TimeUnit.MILLISECONDS, null, read);
                    read.get();
                }
                return written.get() + " " + parts[0].flip().hashCode() + " " + parts[1].flip().hashCode();
            }
        }
    }

    /** Waits no longer than that for what may have been lost. */
    private static String throughDatagrams() throws IOException {
        try (DatagramChannel sender = DatagramChannel.open().bind(anyPort());
            DatagramChannel receiver = DatagramChannel.open().bind(anyPort()); Selector selector = Selector.open()) {
            receiver.configureBlocking(false).register(selector, SelectionKey.OP_READ);
            int sent = sender.send(Buffers.filled(1000), receiver.getLocalAddress());
            await(selector);
            ByteBuffer received = ByteBuffer.allocateDirect(2000);
            boolean isSender = sender.getLocalAddress().equals(receiver.receive(received));
            receiver.connect(sender.getLocalAddress());
            sender.connect(receiver.getLocalAddress());
            long more = sender.write(new ByteBuffer[] {Buffers.filled(10), Buffers.filled(20)});
            await(selector);
            ByteBuffer[] parts = {ByteBuffer.allocateDirect(7), ByteBuffer.allocateDirect(100)};
            long read = receiver.read(parts);
            return sent + " " + isSender + " " + received.flip().hashCode() + " " + more + " " + read + " "
                + parts[0].flip().hashCode() + " " + parts[1].flip().hashCode();
        }
    }

    private static void await(Selector selector) throws IOException {
        if (selector.select(MILLIS_MAX) == 0) {
            throw new SocketTimeoutException();
        }
        selector.selectedKeys().clear();
    }

    private static String receive(ReadableByteChannel channel, ByteBuffer received) throws IOException {
        while (received.hasRemaining() && channel.read(received) >= 0) {
            Thread.onSpinWait();
        }
        return received.flip() + " " + received.hashCode();
    }

    private static final class Completion extends CompletableFuture<Long> implements CompletionHandler<Long, Void> {
        @Override
        public void completed(Long result, Void attachment) {
            complete(result);
        }

        @Override
        public void failed(Throwable e, Void attachment) {
            completeExceptionally(e);
        }
    }
}
