package io.agyn.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server's listener: protocols and time limits. */
class ListenerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SLOW_CALLERS = 500;
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\\r\\ncontent-length: (\\d+)\\r\\n");

    // HTTP/2 (RFC 9113): the preface with empty settings, and types and flags of frames.
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "");
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int PING = 6;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    // By HPACK (RFC 7541): GET, http, and literal a path and an authority.
    private static final String GET_LIVE = "\u0082\u0086\u0004\u000e/q/health/live\u0001\u0001a";

    private static final String LIVE = "GET /q/health/live HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    private Path folder;

    @Test
    void slowCallersTimeOutWithoutDelayingOthers() throws Exception {
        try (ServerProcess server =
                        ServerProcess.start(folder.resolve("server"), Map.of("AGYN_HTTP_REQUEST_TIMEOUT", "3s"));
                Callers idle = new Callers(server, 1);
                Callers kept = new Callers(server, 1);
                Callers heads = new Callers(server, SLOW_CALLERS);
                Callers bodies = new Callers(server, SLOW_CALLERS)) {
            // In two pieces.
            kept.send("GET /q/health/live HTTP/1.1\r\n");
            kept.send("Host: a\r\n\r\n");
            kept.readResponse();
            bodies.send(
                    "POST /api/v1/organizations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization:"
                            + " Bearer " + server.token() + "\r\nContent-Length: 1000\r\n\r\n");
            Instant begun = Instant.now();
            for (int turn = 0; turn < 12; turn++) {
                heads.send("G");
                bodies.send("{");
                server.request().get("/api/v1/organizations").then().statusCode(200);
                Thread.sleep(500);
            }
            assertThat(heads.ends()).as("heads that were given up").allMatch(String::isEmpty);
            assertThat(bodies.ends()).as("bodies that were given up").allSatisfy(response -> assertThat(response)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("request_timeout", "The body took longer than 3 s to arrive"));
            assertThat(Duration.between(begun, Instant.now())).isLessThan(PATIENCE);
            assertThat(idle.ends()).as("a connection without a byte").containsExactly("");
            assertThat(kept.isOpen()).as("a connection that is kept and idle").isTrue();

            // A kept connection may be reused, and a slow head times out then too.
            kept.send("GET /q/health/live HTTP/1.1\r\nHost: a\r\n\r\n");
            kept.readResponse();
            kept.send("GET");
            assertThat(kept.ends()).as("after a slow head").containsExactly("");
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void slowHttp2CallersAreClosedAndIdleOnesKept() throws Exception {
        try (ServerProcess server =
                        ServerProcess.start(folder.resolve("server"), Map.of("AGYN_HTTP_REQUEST_TIMEOUT", "2s"));
                Callers silent = new Callers(server, 1);
                Callers headless = new Callers(server, 1);
                Callers endless = new Callers(server, 1);
                Callers half = new Callers(server, 1);
                Callers kept = new Callers(server, 1)) {
            for (Callers callers : List.of(silent, headless, endless, half, kept)) {
                callers.send(PREFACE);
            }
            for (Callers callers : List.of(endless, half, kept)) {
                callers.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, GET_LIVE));
            }
            headless.send(frame(HEADERS, END_STREAM, 1, GET_LIVE));
            endless.send(frame(HEADERS, END_STREAM, 3, GET_LIVE));
            half.send(frame(PING, 0, 0, "12345678").substring(0, 12));
            Instant begun = Instant.now();
            for (int turn = 0; turn < 10; turn++) {
                endless.send(frame(CONTINUATION, 0, 3, "\u0000\u0001" + "a\u0001b"));
                // A complete frame that ends its stream without a request.
                kept.send(frame(RST_STREAM, 0, 1, "\0\0\0\u0008") + frame(PING, 0, 0, "12345678"));
                Thread.sleep(300);
            }
            assertThat(List.of(silent, headless, endless, half))
                    .allSatisfy(callers -> assertThat(callers.ends()).hasSize(1));
            assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(10));
            assertThat(kept.isStillOpen()).as("a connection that is kept").isTrue();
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void connectionsBeyondTheLimitsAreClosedAndCounted() throws Exception {
        Map<String, String> limits = Map.of("AGYN_HTTP_CONNECTIONS", "12", "AGYN_HTTP_CONNECTIONS_PER_ADDRESS", "10");
        try (ServerProcess server = ServerProcess.start(folder.resolve("server"), limits)) {
            try (Callers some = new Callers(server, 5)) {
                some.send(LIVE);
                some.readResponse();
                for (int turn = 0; turn < 20; turn++) {
                    try (Callers more = new Callers(server, 1)) {
                        more.send(LIVE);
                        assertThat(more.readResponse()).allMatch(response -> response.startsWith("HTTP/1.1 200 "));
                    }
                }
                await().atMost(PATIENCE).until(() -> metrics(server).contains("agyn_http_connections 6.0"));
                // The sixth connection is the metrics request, which ends after its response.
                Thread.sleep(500);
                try (Callers last = new Callers(server, 5)) {
                    last.send(LIVE);
                    last.readResponse();
                    try (Callers tooMany = new Callers(server, 5)) {
                        assertThat(tooMany.ends()).containsOnly("");
                    }
                    assertThat(last.isOpen()).isTrue();
                }
                assertThat(some.isOpen()).isTrue();
            }
            await().atMost(PATIENCE).until(() -> metrics(server)
                    .contains("agyn_http_connections_refused_total{limit=\"address\"} 5.0"));
            assertThat(metrics(server)).contains("agyn_http_connections_refused_total{limit=\"total\"} 0.0");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void silentConnectionsAreKeptAliveByProbes() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("server"), Map.of());
                Callers caller = new Callers(server, 1)) {
            assertThat(caller.isOpen()).isTrue();
            String port = "%04X".formatted(server.address().getPort());
            // local_address rem_address st tx_queue:rx_queue tr:tm->when; timer 2 is keep-alive.
            List<String> timers = Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                    .map(Path::of)
                    .filter(Files::exists)
                    .flatMap(ListenerIT::lines)
                    .map(line -> line.strip().split("\\s+"))
                    .filter(field -> field[1].endsWith(":" + port) && field[3].equals("01"))
                    .map(field -> field[5])
                    .toList();
            assertThat(timers).hasSize(1).allSatisfy(timer -> {
                assertThat(timer).startsWith("02:");
                // In hundredths of a second.
                assertThat(Integer.parseInt(timer.substring(3), 16)).isLessThanOrEqualTo(6000);
            });
        }
    }

    @Test
    void longCallIsNotCutOff() throws Exception {
        try (Cluster cluster =
                Cluster.in(folder).with("AGYN_HTTP_REQUEST_TIMEOUT", "1s").start()) {
            ServerProcess server = cluster.server();
            CompletableFuture<HttpResponse<String>> stream = cluster.caller().stream("long", "events=40;every=100ms");
            String body = "{\"model\":\"%s\",\"input\":\"%s\"}"
                    .formatted(cluster.organization().model(), "x".repeat(100));
            String head = "POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + server.token()
                    + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
            try (Callers kept = new Callers(server, 1);
                    Callers uploading = new Callers(server, 1)) {
                uploading.send(head);
                for (int i = 0; i < 8; i++) {
                    uploading.send(body.substring(i * body.length() / 8, (i + 1) * body.length() / 8));
                    kept.send(head + body);
                    assertThat(kept.readResponse()).allMatch(response -> response.startsWith("HTTP/1.1 200 "));
                    Thread.sleep(500);
                }
                assertThat(uploading.readResponse()).allMatch(response -> response.startsWith("HTTP/1.1 200 "));
            }
            assertThat(stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                    .contains("response.completed");
        }
    }

    private static String metrics(ServerProcess server) {
        return server.request().get("/q/metrics").asString();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String frame(int type, int flags, int stream, String payload) {
        return new String(new char[] {
                    0,
                    (char) (payload.length() >> 8),
                    (char) (payload.length() & 0xff),
                    (char) type,
                    (char) flags,
                    0,
                    0,
                    0,
                    (char) stream
                })
                + payload;
    }

    /** Connections whose every byte the test sends. */
    private static final class Callers implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();

        Callers(ServerProcess server, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.setTcpNoDelay(true);
                socket.connect(
                        new InetSocketAddress("127.0.0.1", server.address().getPort()), (int) PATIENCE.toMillis());
            }
        }

        /** Sends on the open connections. */
        void send(String text) {
            for (Socket socket : sockets) {
                try {
                    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
                } catch (IOException e) {
                    // Closed by the server; ends() counts it.
                }
            }
        }

        /** The bytes that each connection received until it was closed. */
        List<String> ends() throws IOException {
            List<String> ends = new ArrayList<>();
            for (Socket socket : sockets) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                ends.add(new String(read(socket), US_ASCII));
            }
            return ends;
        }

        private static byte[] read(Socket socket) throws IOException {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            try {
                for (int next = socket.getInputStream().read();
                        next >= 0;
                        next = socket.getInputStream().read()) {
                    read.write(next);
                }
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                // Reset, since bytes were in flight to the closed socket.
            }
            return read.toByteArray();
        }

        /** Reads one response per connection, as long as its Content-Length, and returns the heads. */
        List<String> readResponse() throws IOException {
            List<String> heads = new ArrayList<>();
            for (Socket socket : sockets) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int next = socket.getInputStream().read();
                    if (next < 0) {
                        throw new EOFException("closed after: " + head);
                    }
                    head.append((char) next);
                }
                Matcher length = CONTENT_LENGTH.matcher(head);
                assertThat(length.find()).as(head.toString()).isTrue();
                socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
                heads.add(head.toString());
            }
            return heads;
        }

        /** Whether all connections are open after the received bytes. */
        boolean isStillOpen() throws IOException {
            for (Socket socket : sockets) {
                socket.getInputStream().readNBytes(socket.getInputStream().available());
            }
            return isOpen();
        }

        boolean isOpen() throws IOException {
            for (Socket socket : sockets) {
                socket.setSoTimeout(100);
                try {
                    if (socket.getInputStream().read() < 0) {
                        return false;
                    }
                } catch (SocketTimeoutException e) {
                    // No bytes, and no end.
                }
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
