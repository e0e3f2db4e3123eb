package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.agyn.proxy.exchange.Exchange;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A provider that sends raw bytes. */
final class RawProvider implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");

    /** Handles a connection after a request's head. */
    interface Behaviour {
        void respond(Exchange exchange) throws IOException;
    }

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private RawProvider(ServerSocket listener, Behaviour behaviour) {
        this.listener = listener;
        this.behaviour = behaviour;
    }

    /** Starts one on a free port of the loopback. */
    static RawProvider start(Behaviour behaviour) throws IOException {
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        RawProvider provider = new RawProvider(listener, behaviour);
        Thread.ofVirtual().start(provider::accept);
        return provider;
    }

    /** Starts a provider that responds to every complete request with the same bytes. */
    static RawProvider respondingWith(String response) throws IOException {
        return start(exchange -> {
            exchange.body();
            exchange.send(response);
        });
    }

    String origin() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** The number of connections so far. */
    int connections() {
        return sockets.size();
    }

    /** Waits until the proxy has ended its first connection. */
    void awaitClosed(Duration patience) {
        await().atMost(patience).until(() -> sockets.getFirst().isClosed());
    }

    /** The heads of the requests so far. */
    List<String> heads() {
        return heads;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // The listener was closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!socket.isClosed()) {
                String head = head(in);
                if (head == null) {
                    return;
                }
                heads.add(head);
                behaviour.respond(new Exchange(socket, in, head));
            }
        } catch (IOException e) {
            // The proxy or the test closed it.
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** A request and its outcome. */
    record Exchange(Socket socket, InputStream in, String head) {
        /** Reads the body to its end. */
        byte[] body() throws IOException {
            Matcher length = LENGTH.matcher(head);
            if (length.find()) {
                return in.readNBytes(Integer.parseInt(length.group(1)));
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(line(), 16);
                body.writeBytes(in.readNBytes(size));
                line();
                if (size == 0) {
                    return body.toByteArray();
                }
            }
        }

        /** Sends text, in UTF-8. */
        void send(String text) throws IOException {
            send(text.getBytes(UTF_8));
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        /** Waits until the proxy has ended the connection. */
        void awaitEnd() {
            try {
                while (in.read() >= 0) {
                    // The rest of a body.
                }
            } catch (IOException e) {
                // Closed by the proxy.
            }
        }

        /** Reads nothing until the test ends. */
        void awaitNothing() {
            while (!socket.isClosed()) {
                try {
                    Thread.sleep(50);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private String line() {
            try {
                StringBuilder line = new StringBuilder();
                for (int b = in.read(); b != '\n'; b = in.read()) {
                    line.append((char) b);
                }
                return line.toString().strip();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A head with the lines that are given. */
    static String head(String status, String... lines) {
        return new String(
                ("HTTP/1.1 " + status + "\r\n"
                                + String.join(
                                        "",
                                        List.of(lines).stream()
                                                .map(line -> line + "\r\n")
                                                .toList()) + "\r\n")
                        .getBytes(UTF_8),
                ISO_8859_1);
    }
}
