package io.agyn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Floods of bodies that never end, at a packaged server with a small heap. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class BodyFloodIT {
    private static final int MIB = 1 << 20;
    private static final String SMALL_HEAP = "-Xmx256m";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    // A loopback address that the other callers do not use.
    private static final String ATTACKER = "127.0.0.2";

    @TempDir
    private Path folder;

    private final List<Socket> attackers = new ArrayList<>();

    @Test
    void othersAreServedDuringAFloodOfUnfinishedBodies() throws Exception {
        try (Cluster cluster = Cluster.in(folder)
                .with("JDK_JAVA_OPTIONS", SMALL_HEAP)
                .with("AGYN_PROXY_QUEUE_TIMEOUT", "3s")
                .start()) {
            ServerProcess server = cluster.server();
            String token = server.createToken(Map.of(
                            "description",
                            "theirs",
                            "organization_id",
                            server.create("organizations", Map.of("name", "Evil"))))
                    .path("token");

            for (int i = 0; i < 260; i++) {
                Socket form = connect(server);
                send(
                        form,
                        "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                + "Content-Length: 1048575\r\n\r\ntoken=");
                flood(form, MIB - 4096);
            }
            assertOthersAreServed(cluster);
            List<Socket> calls = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Socket call = connect(server);
                calls.add(call);
                send(
                        call,
                        "POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token
                                + "\r\n"
                                + "Content-Type: application/json\r\n"
                                + "Content-Length: 33000000\r\n\r\n"
                                + "{\"input\":\"");
                flood(call, 30 * MIB);
            }
            Instant end = Instant.now().plusSeconds(15);
            while (Instant.now().isBefore(end)) {
                assertOthersAreServed(cluster);
                Thread.sleep(200);
            }
            // The memory of a rejected call lets others continue, so not all are rejected.
            String rejection = new String(read(firstWithResponse(calls).getInputStream()), UTF_8);
            assertThat(rejection).startsWith("HTTP/1.1 503 ").contains("retry-after", "\"model\\\" before");
            close();
            assertOthersAreServed(cluster);
            assertThat(server.output() + server.errors()).doesNotContain("OutOfMemoryError");
        } finally {
            close();
        }
    }

    @Test
    void largeBodyBeforeTheModelPasses() throws Exception {
        try (Cluster cluster =
                Cluster.in(folder).with("JDK_JAVA_OPTIONS", SMALL_HEAP).start()) {
            String model = cluster.organization().model();
            for (int size : new int[] {2 * MIB, 31 * MIB}) {
                String body = "{\"input\":\"" + "a".repeat(size) + "\",\"model\":\"" + model + "\"}";
                HttpRequest call = cluster.caller()
                        .request("large", false)
                        .timeout(PATIENCE)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
                HttpResponse<String> response = ModelCaller.HTTP.send(call, HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
                assertThat(cluster.provider().received().getLast().body())
                        .hasSize(body.length() - model.length() + "gpt-remote".length());
            }
        }
    }

    private static void assertOthersAreServed(Cluster cluster) throws Exception {
        for (HttpRequest.Builder request : List.of(
                cluster.caller().request("other", false),
                HttpRequest.newBuilder(cluster.server().address().resolve("/q/health/live")))) {
            HttpResponse<String> response =
                    ModelCaller.HTTP.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        }
    }

    private Socket connect(ServerProcess server) throws IOException {
        Socket socket = new Socket();
        attackers.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(ATTACKER), 0));
        socket.connect(new InetSocketAddress("127.0.0.1", server.address().getPort()), 5_000);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /** Sends in the background until the server stops reading. */
    private static void flood(Socket socket, int bytes) {
        byte[] piece = new byte[64 << 10];
        Arrays.fill(piece, (byte) 'a');
        Thread.ofVirtual().start(() -> {
            try {
                for (int sent = 0; sent < bytes; sent += piece.length) {
                    socket.getOutputStream().write(piece, 0, Math.min(piece.length, bytes - sent));
                }
            } catch (IOException e) {
                // The server rejected the body, as expected.
            }
        });
    }

    private static Socket firstWithResponse(List<Socket> calls) throws IOException {
        for (Socket call : calls) {
            if (call.getInputStream().available() > 0) {
                return call;
            }
        }
        throw new AssertionError("no call was rejected");
    }

    private static byte[] read(InputStream in) throws IOException {
        byte[] bytes = new byte[4096];
        int length = in.read(bytes);
        return Arrays.copyOf(bytes, Math.max(0, length));
    }

    private void close() throws IOException {
        for (Socket attacker : attackers) {
            attacker.close();
        }
    }
}
