import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** An nginx with its configuration in a separate folder. */
final class Nginx implements AutoCloseable {
    private final Process process;
    private final URI uri;

    private Nginx(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** Stands in for a provider: returns the same JSON for each request. */
    static Nginx upstream(Path folder, String json) throws Exception {
        return start(folder, 1, "location / { return 200 '" + json + "'; }", "");
    }

    /** A plain reverse proxy with kept-alive upstream connections, and one worker per processor. */
    static Nginx proxy(Path folder, URI upstream) throws Exception {
        return start(
                folder,
                Runtime.getRuntime().availableProcessors(),
                "location / { proxy_pass http://upstream; proxy_http_version 1.1; proxy_set_header Connection \"\"; }",
                "upstream upstream { server " + upstream.getAuthority()
                        + "; keepalive 64; keepalive_requests 100000000; }");
    }

    URI uri() {
        return uri;
    }

    /** The worker processes. */
    Stream<ProcessHandle> workers() {
        return process.toHandle().children();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    private static Nginx start(Path folder, int workers, String location, String upstream) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                worker_processes %d;
                pid %s/nginx.pid;
                error_log %s/error.log;
                events { worker_connections 4096; }
                http {
                    access_log off;
                    default_type application/json;
                    keepalive_requests 100000000;
                    client_max_body_size 64m;
                    client_body_temp_path %s/body;
                    proxy_temp_path %s/proxy;
                    %s
                    server { listen 127.0.0.1:%d; %s }
                }
                """.formatted(
                        workers, folder, folder, folder, folder, upstream, port, location));
        Process process;
        try {
            process = new ProcessBuilder(
                            "nginx", "-c", folder.resolve("nginx.conf").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("nginx.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new Missing("nginx is missing: install Debian's package nginx, or your system's.");
        }
        URI uri = URI.create("http://127.0.0.1:" + port);
        for (int attempt = 0; attempt < 200; attempt++) {
            try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
                return new Nginx(process, uri);
            } catch (IOException e) {
                Thread.sleep(10);
            }
        }
        process.destroy();
        throw new IOException("nginx did not start: " + Files.readString(folder.resolve("nginx.log")));
    }

    /** A program that must be installed first. */
    static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Missing(String sentence) {
            super(sentence);
        }
    }
}
