import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures 10,000 idle connections: their memory, the latency of requests on other connections meanwhile, and whether all
 * stay open for longer than the time-out for request heads.
 *
 * <p>Run by {@code make bench}.
 */
final class Idle {
    private static final int CONNECTIONS = 10_000;
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final int ROUNDS = 400;
    private static final byte[] REQUEST = "GET /q/health/live HTTP/1.1\r\nHost: bench\r\n\r\n".getBytes(ISO_8859_1);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Idle() {}

    public static void main(String... arguments) throws Exception {
        try (Scratch scratch = Scratch.make();
                Agyn agyn = Agyn.start(scratch.resolve("agyn"), URI.create("http://127.0.0.1:1/v1"))) {
            double warm = medianMillis(agyn);
            double alone = medianMillis(agyn);
            long before = agyn.residentMiB();
            List<Socket> connections = new ArrayList<>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    Socket socket = new Socket();
                    connections.add(socket);
                    socket.connect(new InetSocketAddress("127.0.0.1", agyn.uri().getPort()));
                    socket.setSoTimeout(10_000);
                    ask(socket);
                }
                Thread.sleep(IDLE);
                long with = agyn.residentMiB();
                double beside = medianMillis(agyn);
                int alive = 0;
                for (Socket socket : connections) {
                    alive += ask(socket) ? 1 : 0;
                }
                Report.print(List.of(
                        Report.row(
                                "10,000 connections, idle for a minute",
                                "all kept",
                                "%,d kept; %d MiB more (%d before)".formatted(alive, with - before, before),
                                alive == CONNECTIONS),
                        Report.row(
                                "a request of another connection, with and without them",
                                "1.5 times",
                                "%.2f times: %.2f and %.2f ms, medians of %d"
                                        .formatted(beside / alone, beside, alone, ROUNDS),
                                beside / alone <= 1.5)));
                System.out.printf("(%.2f ms before the warm-up)%n", warm);
            } finally {
                for (Socket socket : connections) {
                    socket.close();
                }
            }
        }
    }

    /** Sends a liveness request; false if the connection is closed. */
    private static boolean ask(Socket socket) {
        try {
            socket.getOutputStream().write(REQUEST);
            byte[] response = new byte[4096];
            int length = 0;
            while (!new String(response, 0, length, ISO_8859_1).endsWith("}")) {
                int read = socket.getInputStream().read(response, length, response.length - length);
                if (read < 0) {
                    return false;
                }
                length += read;
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static double medianMillis(Agyn agyn) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(agyn.uri() + "/api/v1/me"))
                .header("Authorization", "Bearer " + agyn.token())
                .build();
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            HTTP.send(request, BodyHandlers.ofString());
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return Report.median(millis);
    }
}
