package io.agyn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.scripted.Options;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
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
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    // A loopback address that the other callers do not use.
    private static final String ATTACKER = "127.0.0.2";

    @TempDir
    private Path folder;

    private final List<Socket> attackers = new ArrayList<>();

    @Test
    void othersAreServedDuringAFloodOfUnfinishedBodies() throws Exception {
        Map<String, String> variables = Map.of("JDK_JAVA_OPTIONS", "-Xmx256m", "AGYN_PROXY_QUEUE_TIMEOUT", "3s");
        try (ScriptedProvider provider = ScriptedProvider.start(Options.defaults());
                ServerProcess server = ServerProcess.run(folder, variables).ready();
                HttpClient client = HttpClient.newHttpClient()) {
            String model = model(server, provider, "Acme");
            String token = token(server, organization(server, "Evil"));

            for (int i = 0; i < 260; i++) {
                Socket form = connect(server);
                send(
                        form,
                        "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                + "Content-Length: 1048575\r\n\r\ntoken=");
                flood(form, MIB - 4096);
            }
            assertOthersAreServed(server, client, model);
            for (int i = 0; i < 12; i++) {
                Socket call = connect(server);
                send(
                        call,
                        "POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token
                                + "\r\nContent-Type: application/json\r\nContent-Length: 33000000\r\n\r\n{\"input\":\"");
                flood(call, 30 * MIB);
            }
            Socket oneOfThem = attackers.getLast();
            Instant end = Instant.now().plusSeconds(15);
            while (Instant.now().isBefore(end)) {
                assertOthersAreServed(server, client, model);
                Thread.sleep(200);
            }
            String rejection = new String(read(oneOfThem.getInputStream()), UTF_8);
            assertThat(rejection).startsWith("HTTP/1.1 503 ").contains("retry-after", "\"model\\\" before");
            close();
            assertOthersAreServed(server, client, model);
            assertThat(server.output() + server.errors()).doesNotContain("OutOfMemoryError");
        } finally {
            close();
        }
    }

    @Test
    void largeBodyBeforeTheModelPasses() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.start(Options.defaults());
                ServerProcess server = ServerProcess.run(folder, Map.of("JDK_JAVA_OPTIONS", "-Xmx256m"))
                        .ready();
                HttpClient client = HttpClient.newHttpClient()) {
            String model = model(server, provider, "Acme");
            for (int size : new int[] {2 * MIB, 31 * MIB}) {
                byte[] input = new byte[size];
                Arrays.fill(input, (byte) 'a');
                String body = "{\"input\":\"" + new String(input, UTF_8) + "\",\"model\":\"" + model + "\"}";
                HttpResponse<String> response = client.send(call(server, body), HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
                assertThat(provider.received().getLast().body())
                        .hasSize(body.length() - model.length() + "gpt".length());
            }
        }
    }

    private static void assertOthersAreServed(ServerProcess server, HttpClient client, String model) throws Exception {
        HttpResponse<String> call = client.send(
                call(server, "{\"model\":\"" + model + "\",\"input\":\"Hi\"}"), HttpResponse.BodyHandlers.ofString());
        assertThat(call.statusCode()).as(call.body()).isEqualTo(200);
        HttpResponse<String> live = client.send(
                HttpRequest.newBuilder(server.baseUrl().resolve("/q/health/live"))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(live.statusCode()).as(live.body()).isEqualTo(200);
    }

    private static HttpRequest call(ServerProcess server, String body) throws IOException {
        return HttpRequest.newBuilder(URI.create(server.baseUrl() + "/v1/responses"))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(PATIENCE)
                .header("authorization", "Bearer " + server.token())
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private Socket connect(ServerProcess server) throws IOException {
        Socket socket = new Socket();
        attackers.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(ATTACKER), 0));
        socket.connect(new InetSocketAddress("127.0.0.1", server.baseUrl().getPort()), 5_000);
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

    private static String model(ServerProcess server, ScriptedProvider provider, String organization)
            throws IOException {
        String below = "/api/v1/organizations/" + organization(server, organization);
        String id = created(
                server,
                below + "/llm-providers",
                Map.of(
                        "name", "p",
                        "endpoint", provider.origin().toString(),
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token", "sk"));
        created(server, below + "/models", Map.of("name", "m", "provider_id", id, "remote_model_name", "gpt"));
        return "m";
    }

    private static String organization(ServerProcess server, String name) throws IOException {
        return created(server, "/api/v1/organizations", Map.of("name", name));
    }

    private static String token(ServerProcess server, String organization) throws IOException {
        return server.request()
                .contentType(ContentType.JSON)
                .body(Map.of("description", "theirs", "organization_id", organization))
                .post("/api/v1/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }

    private static String created(ServerProcess server, String path, Map<String, String> body) throws IOException {
        return server.request()
                .contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
