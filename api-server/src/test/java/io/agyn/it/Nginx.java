package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** nginx (NGINX_PATH, or from the PATH) with the documented configuration; only addresses and files differ. */
final class Nginx implements AutoCloseable {
    private static final Path GUIDE = Path.of("../docs/operations/high-availability.md");
    private static final Pattern CONFIGURATION = Pattern.compile("```nginx\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SERVERS =
            Pattern.compile("( *server )10\\.0\\.0\\.11:8080( [^\n]*\n) *server 10[^\n]*\n");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Process process;
    private final int port;
    private final Path log;

    private Nginx(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** Starts one before servers of this machine. */
    static Nginx start(Path folder, List<Integer> serverPorts) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        int port = freePort();
        Path log = folder.resolve("error.log");
        Path configuration =
                Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                worker_processes 2;
                pid nginx.pid;
                error_log error.log info;
                events {}
                http {
                    access_log off;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                """ + documented(port, serverPorts) + "}\n");
        Process process = new ProcessBuilder(
                        Optional.ofNullable(System.getenv("NGINX_PATH")).orElse("nginx"),
                        "-p",
                        folder + "/",
                        "-c",
                        configuration.toString())
                .inheritIO()
                .start();
        Nginx nginx = new Nginx(process, port, log);
        nginx.awaitListening();
        return nginx;
    }

    private static String documented(int port, List<Integer> serverPorts) throws IOException {
        Matcher configuration = CONFIGURATION.matcher(Files.readString(GUIDE));
        assertThat(configuration.find()).as("a configuration in " + GUIDE).isTrue();
        Matcher servers = SERVERS.matcher(configuration.group(1));
        assertThat(servers.find()).as("servers in " + configuration.group(1)).isTrue();
        return servers.replaceFirst(serverPorts.stream()
                        .map(server -> "$1127.0.0.1:" + server + "$2")
                        .collect(Collectors.joining()))
                .replace("listen 443 ssl;", "listen 127.0.0.1:" + port + ";")
                .replaceAll(" *ssl_certificate[^\n]*\n", "");
    }

    private void awaitListening() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            assertThat(process.isAlive()).as("nginx runs; it logs: " + log()).isTrue();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return true;
            } catch (ConnectException e) {
                return false;
            }
        });
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    URI origin() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Its log without refused connections, which the test expects. */
    String log() throws IOException {
        return Files.exists(log)
                ? Files.readAllLines(log).stream()
                        .filter(line -> !line.contains("Connection refused") && !line.contains("temporarily disabled"))
                        .collect(Collectors.joining("\n"))
                : "";
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
