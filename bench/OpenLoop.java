import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests at scheduled times, whether or not earlier ones have completed, and measures each from its scheduled
 * time: a stall of the server counts for all requests that were due meanwhile.
 */
final class OpenLoop {
    private static final int CONNECTIONS = 64;
    private static final long PAUSE_NANOS = 20_000;

    private final InetSocketAddress address;
    private final byte[] request;

    /** Sorted latencies in nanoseconds, and the number of responses other than 200. */
    record Result(long[] latencies, long errors) {
        double millis(double quantile) {
            int last = latencies.length - 1;
            return latencies[(int) Math.min(last, Math.round(quantile * last))] / 1e6;
        }
    }

    OpenLoop(URI uri, byte[] request) {
        this.address = new InetSocketAddress(uri.getHost(), uri.getPort());
        this.request = request;
    }

    /** Sends requests at a constant rate. */
    Result run(double perSecond, Duration duration) throws IOException {
        int count = (int) (perSecond * duration.toMillis() / 1000);
        long[] latencies = new long[count];
        int completed = 0;
        int sent = 0;
        long errors = 0;
        try (Selector selector = Selector.open()) {
            Queue<Connection> idle = new ArrayDeque<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                idle.add(new Connection(selector));
            }
            long start = System.nanoTime() + 10_000_000;
            double interval = 1e9 / perSecond;
            while (completed < count) {
                long now = System.nanoTime();
                long due = start + (long) (sent * interval);
                while (sent < count && due <= now && !idle.isEmpty()) {
                    idle.remove().send(due);
                    sent++;
                    due = start + (long) (sent * interval);
                }
                if (now - start > duration.toNanos() + 10_000_000_000L) {
                    throw new IOException("Only " + completed + " of " + count + " requests completed");
                }
                if (selector.selectNow() == 0) {
                    // Not a busy loop: the measured server shares the processors.
                    LockSupport.parkNanos(PAUSE_NANOS);
                    continue;
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    Connection connection = (Connection) key.attachment();
                    if (connection.read()) {
                        latencies[completed++] = System.nanoTime() - connection.due;
                        errors += connection.isOk ? 0 : 1;
                        idle.add(connection);
                    }
                }
                selector.selectedKeys().clear();
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        }
        Arrays.sort(latencies);
        return new Result(latencies, errors);
    }

    /** A connection with one request at a time; responses must have a Content-Length. */
    private final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer out = ByteBuffer.wrap(request);
        private final ByteBuffer in = ByteBuffer.allocate(64 << 10);
        private long due;
        private boolean isOk;

        private Connection(Selector selector) throws IOException {
            channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        private void send(long due) throws IOException {
            this.due = due;
            out.rewind();
            in.clear();
            while (out.hasRemaining()) {
                channel.write(out);
            }
        }

        /** Reads the available bytes; true once the response is complete. */
        private boolean read() throws IOException {
            if (channel.read(in) < 0) {
                throw new IOException("The server closed a connection");
            }
            String head = new String(in.array(), 0, Math.min(in.position(), 2048), ISO_8859_1);
            int end = head.indexOf("\r\n\r\n");
            if (end < 0) {
                return false;
            }
            int field = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
            int length = Integer.parseInt(head.substring(field + 16, head.indexOf('\r', field)));
            isOk = head.startsWith("HTTP/1.1 200");
            return in.position() >= end + 4 + length;
        }
    }
}
