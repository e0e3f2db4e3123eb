package io.agyn.it;

import static io.agyn.it.ServerProcess.TERMINATED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged server on its embedded PostgreSQL: start, stop, kill, and rejected configurations. */
class ServerStartIT {

    private static final int INTERRUPTED = 128 + 2;

    @TempDir
    private Path folder;

    @Test
    void startsOnAnEmptyFolderAndStopsCompletely() throws Exception {
        Path dataDir = folder.resolve("agyn");
        try (ServerProcess server = ServerProcess.start(dataDir)) {
            URI baseUrl = server.address();
            ProcessHandle postmaster = server.postmaster();

            server.request().get("/q/health/live").then().statusCode(200);
            server.request().get("/q/health/ready").then().statusCode(200);
            server.request().get("/api/v1/me").then().statusCode(200);
            assertDocsRunOnlyTheirScripts(server);
            for (String file : new String[] {"keyset.json", "admin-token", "postgres-password"}) {
                assertThat(Files.getPosixFilePermissions(dataDir.resolve(file)))
                        .as(file)
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }

            assertThat(server.stop()).isEqualTo(TERMINATED);
            assertThat(server.output())
                    .containsOnlyOnce("Agyn is ready at " + baseUrl)
                    .contains(dataDir.toString())
                    .contains(dataDir.resolve("admin-token").toString())
                    .doesNotContain("WARN", "ERROR");
            assertThat(server.errors()).isEmpty();
            assertThat(postmaster.isAlive()).isFalse();
            assertThat(dataDir.resolve("base-url")).doesNotExist();
        }
    }

    private static void assertDocsRunOnlyTheirScripts(ServerProcess server) throws Exception {
        Response page = server.request().get("/docs/");
        String policy = page.header("Content-Security-Policy");
        assertThat(policy).contains("frame-ancestors 'none'").doesNotContain("script-src 'self' 'unsafe-inline'");
        Matcher script = Pattern.compile("<script(?: defer)?>(.*?)</script>", Pattern.DOTALL)
                .matcher(page.asString());
        int scripts = 0;
        while (script.find()) {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(script.group(1).getBytes(UTF_8));
            assertThat(policy).contains("'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
            scripts++;
        }
        assertThat(scripts).isPositive();
    }

    @Test
    void startsByItsScript() throws Exception {
        try (ServerProcess server = ServerProcess.runScript(folder).ready()) {
            server.request().get("/q/health/ready").then().statusCode(200);
            createOrganization(server);

            assertThat(server.stop()).isEqualTo(TERMINATED);
            assertThat(server.output()).doesNotContain("WARN", "ERROR");
            assertThat(server.errors()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Killed.class)
    void restartAfterAKillKeepsAcknowledgedWrites(Killed killed) throws Exception {
        String keyset;
        String token;
        ProcessHandle postmaster;
        try (ServerProcess server = ServerProcess.start(folder)) {
            keyset = Files.readString(folder.resolve("keyset.json"));
            token = server.token();
            postmaster = server.postmaster();
            createOrganization(server);
            server.kill();
            switch (killed) {
                case SERVER -> assertThat(postmaster.isAlive()).isTrue();
                case SERVER_AND_POSTGRES -> {
                    postmaster.destroyForcibly();
                    postmaster.onExit().join();
                }
            }

            try (ServerProcess again = ServerProcess.start(folder)) {
                assertThat(postmaster.isAlive()).isFalse();
                assertThat(again.token()).isEqualTo(token);
                assertThat(folder.resolve("keyset.json")).hasContent(keyset);
                assertThat(names(again)).isEqualTo("[Acme]");
            }
        }
    }

    @Test
    void recoversWhenItsPostgresIsKilled() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder)) {
            createOrganization(server);
            ProcessHandle postmaster = server.postmaster();
            postmaster.destroyForcibly();
            postmaster.onExit().join();

            await("recovered")
                    .atMost(Cluster.PATIENCE)
                    .until(() -> server.request().get("/api/v1/organizations").statusCode() == 200
                            && server.isReady()
                            && server.postmaster().isAlive());

            assertThat(names(server)).isEqualTo("[Acme]");
        }
    }

    private enum Stop {
        SIGTERM(TERMINATED),
        CTRL_C(INTERRUPTED);

        private final int exitCode;

        Stop(int exitCode) {
            this.exitCode = exitCode;
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void finishesTheRequestInFlightWhenStopped(Stop stop) throws Exception {
        try (ServerProcess server = ServerProcess.start(folder)) {
            URI baseUrl = server.address();
            byte[] body = "{\"name\":\"Acme\"}".getBytes(UTF_8);
            try (Socket socket = new Socket(baseUrl.getHost(), baseUrl.getPort())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write(("POST /api/v1/organizations HTTP/1.1\r\n"
                                        + "Host: agyn\r\n"
                                        + "Content-Type: application/json\r\n"
                                        + "Authorization:"
                                        + " Bearer"
                                        + " " + server.token() + "\r\nContent-Length: "
                                        + body.length
                                        + "\r\nConnection: close\r\n\r\n")
                                .getBytes(UTF_8));
                socket.getOutputStream().write(body, 0, 5);
                Thread.sleep(1_000);

                switch (stop) {
                    case SIGTERM -> server.terminate();
                    case CTRL_C -> server.interrupt();
                }
                Thread.sleep(700);
                socket.getOutputStream().write(body, 5, body.length - 5);

                assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                        .startsWith("HTTP/1.1 201 ");
            }
            assertThat(server.exitCode()).isEqualTo(stop.exitCode);
        }
    }

    @Test
    void isTheOnlyServerOnItsFolder() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder);
                ServerProcess second = ServerProcess.run(folder, Map.of())) {
            second.assertRejected("Another server is running on the data folder " + folder
                    + ": stop it, or set AGYN_DATA_DIR to another folder.");
            server.request().get("/q/health/ready").then().statusCode(200);
        }
    }

    @Test
    void saysThatThePortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerProcess server =
                        ServerProcess.run(folder, Map.of("AGYN_HTTP_PORT", Integer.toString(taken.getLocalPort())))) {
            server.assertRejected(
                    "Port " + taken.getLocalPort() + " of 127.0.0.1 cannot be listened on: another program uses it, or"
                            + " this user lacks permission; stop that program, or set"
                            + " AGYN_HTTP_PORT to another port.");
            assertThat(folder.resolve("postgres"))
                    .as("work before the port is tried")
                    .doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "no-such-host.invalid"})
    void saysThatTheAddressIsNotOfThisMachine(String host) throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, Map.of("AGYN_HTTP_HOST", host))) {
            server.assertRejected("AGYN_HTTP_HOST is \"" + host
                    + "\", which is not an address of this machine: correct it, or remove" + " it to use 127.0.0.1.");
        }
    }

    @Test
    void saysWhichSettingIsWrong() throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, Map.of("AGYN_HTTP_PORT", "abc"))) {
            server.assertRejected("AGYN_HTTP_PORT is \"abc\", which is not a port number from 0 to 65535:"
                    + " correct it, or remove it to use 8080.");
        }
    }

    @Test
    void missingExtraCertificatesAreReported() throws Exception {
        Path file = folder.resolve("ca.pem");
        try (ServerProcess server =
                ServerProcess.run(folder.resolve("agyn"), Map.of("AGYN_EXTRA_CA_FILE", file.toString()))) {
            server.assertRejected("AGYN_EXTRA_CA_FILE is " + file + ", which cannot be read (" + file
                    + " does not exist): correct it," + " or remove it to trust only the JDK's certificates.");
        }
    }

    @Test
    void takesAPasswordOfTheHttpProxyThatLooksLikeAnExpression() throws Exception {
        try (ServerProcess server =
                ServerProcess.start(folder, Map.of("AGYN_EGRESS_HTTP_PROXY", "http://agyn:$$a$b@127.0.0.1:3128"))) {
            server.request().get("/q/health/ready").then().statusCode(200);
            assertThat(server.output()).doesNotContain("WARN", "ERROR", "$a$b");
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void warnsAboutUnknownVariables() throws Exception {
        try (ServerProcess server = ServerProcess.start(
                folder, Map.of("AGYN_PROT", "1", "AGYN_TOKEN", "agyn_x", "AGYN_GATEWAY", "http://127.0.0.1"))) {
            assertThat(server.errors()).isEqualTo("AGYN_PROT is not a setting of this server and is ignored.\n");
        }
    }

    @Test
    void rejectsDataWithoutItsKeyset() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder)) {
            server.stop();
        }
        Path keyset = folder.resolve("keyset.json");
        Files.delete(keyset);

        try (ServerProcess server = ServerProcess.run(folder, Map.of())) {
            server.assertRejected(
                    "The keyset file " + keyset + " is missing, and the credentials in the database cannot be decrypted"
                            + " without it: restore it, or set AGYN_KEYSET_FILE to its path.");
        }
        assertThat(keyset).doesNotExist();
    }

    @Test
    void logsJsonWhenAskedTo() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder, Map.of("AGYN_LOG_FORMAT", "json"))) {
            server.stop();
            assertThat(server.output().lines()).isNotEmpty().allMatch(line -> line.startsWith("{\""));
            assertThat(server.output()).contains("Agyn is ready at ");
        }
    }

    private static void createOrganization(ServerProcess server) {
        server.create("organizations", Map.of("name", "Acme"));
    }

    private static String names(ServerProcess server) {
        return server.request().get("/api/v1/organizations").path("items.name").toString();
    }

    enum Killed {
        SERVER,
        SERVER_AND_POSTGRES
    }
}
