package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** A caller that sends raw bytes. */
public final class RawCaller implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    public RawCaller(int port) throws IOException {
        socket = new Socket();
        // A small buffer, so that writes of the server block soon if the caller does not read.
        socket.setReceiveBufferSize(64 << 10);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        socket.setSoTimeout((int) Scene.PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** A response as received. */
    public record Response(int status, List<String> head, String body, boolean isWhole) {
        /** All values of a header, by its name in any case. */
        public List<String> values(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return head.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .toList();
        }
    }

    public RawCaller send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    RawCaller send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends bytes; the server may stop reading early. */
    RawCaller sendAsFarAsTaken(byte[] bytes) {
        try {
            return send(bytes);
        } catch (IOException e) {
            return this;
        }
    }

    /** Sends until the server has read nothing for a time; returns the number of sent bytes. */
    long sendWhatIsTaken(String text, Duration time) throws InterruptedException {
        byte[] bytes = text.getBytes(UTF_8);
        AtomicLong taken = new AtomicLong();
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                for (int at = 0; at < bytes.length; at += 8192) {
                    socket.getOutputStream().write(bytes, at, Math.min(8192, bytes.length - at));
                    taken.addAndGet(8192);
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        long before = -1;
        while (before != taken.get() && sender.isAlive()) {
            before = taken.get();
            sender.join(time);
        }
        return taken.get();
    }

    /** Ends the output. */
    RawCaller endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** The head of the next response, line by line. */
    List<String> head() throws IOException {
        List<String> head = new ArrayList<>();
        while (true) {
            String line = line();
            if (line.isEmpty()) {
                return head;
            }
            head.add(line);
        }
    }

    /** The next response, even if it is incomplete. */
    public Response response() throws IOException {
        List<String> head = head();
        int status = Integer.parseInt(head.getFirst().split(" ", 3)[1]);
        Response bodiless = new Response(status, head, "", true);
        if (status < 200 || status == 204 || status == 304) {
            return bodiless;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean whole = true;
        try {
            if (bodiless.values("transfer-encoding").equals(List.of("chunked"))) {
                readChunks(body);
            } else if (!bodiless.values("content-length").isEmpty()) {
                read(Integer.parseInt(bodiless.values("content-length").getFirst()), body);
            } else {
                in.transferTo(body);
            }
        } catch (EOFException | SocketException e) {
            whole = false;
        }
        return new Response(status, head, body.toString(UTF_8), whole);
    }

    /** Part of the body, as on the wire. */
    byte[] some() throws IOException {
        byte[] some = new byte[8192];
        int length = in.read(some);
        return Arrays.copyOf(some, Math.max(0, length));
    }

    /** Waits for a text in the received bytes. */
    void awaitText(String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(text) < 0) {
            // Drops bytes that cannot be the start of the text.
            seen.delete(0, Math.max(0, seen.length() - text.length()));
            byte[] some = some();
            if (some.length == 0) {
                throw new EOFException("The connection ended after " + seen);
            }
            seen.append(new String(some, ISO_8859_1));
        }
    }

    /** Whether the server has closed the connection without sending more. */
    public boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    /** Whether bytes arrive within a time, which also becomes the time-out of later reads. */
    boolean hasResponseWithin(Duration time) throws IOException {
        socket.setSoTimeout((int) time.toMillis());
        in.mark(1);
        int first = in.read();
        in.reset();
        return first >= 0;
    }

    /** Closes the connection as the kernel does for a killed process. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void readChunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            int length = Integer.parseInt(line(), 16);
            read(length, body);
            if (!line().isEmpty()) {
                throw new IOException("A chunk is longer than it says");
            }
            if (length == 0) {
                return;
            }
        }
    }

    private void read(int length, ByteArrayOutputStream body) throws IOException {
        byte[] bytes = in.readNBytes(length);
        body.writeBytes(bytes);
        if (bytes.length < length) {
            throw new EOFException();
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("The connection ended after " + line);
            }
            if (b == '\n') {
                String text = line.toString(UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
        }
    }
}
