import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Measures how soon the first bytes of a long body reach the provider, and the memory of many open streams.
 *
 * <p>{@code java bench/Streams.java [first-byte] [streams]}; both by default. Run by {@code make bench}, which builds the
 * scripted provider first.
 */
public final class Streams {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private Streams() {}

    public static void main(String... arguments) throws Exception {
        List<String> rows = arguments.length == 0 ? List.of("first-byte", "streams") : List.of(arguments);
        List<String> table = new ArrayList<>();
        try (Scratch folder = Scratch.make()) {
            if (rows.contains("first-byte")) {
                table.add(FirstByte.measure(folder.resolve("first-byte")));
            }
            if (rows.contains("streams")) {
                table.add(OpenStreams.measure(folder.resolve("streams")));
            }
            Report.print(table);
        }
        System.exit(0);
    }

    /** The time from the caller's first byte until a provider receives the first byte of the body. */
    private static final class FirstByte implements AutoCloseable {
        private static final int WARM_UP = 200;
        private static final int ROUNDS = 301;
        private static final double BOUND_MILLIS = 2;
        private static final char END_OF_BODY = '}';
        private static final byte[] ANSWER =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".getBytes(ISO_8859_1);

        private final ServerSocket listener = new ServerSocket(0, 16, LOOPBACK);
        private volatile long firstByte;

        private FirstByte() throws IOException {
            Thread.ofPlatform().daemon().start(this::accept);
        }

        private static String measure(Path folder) throws Exception {
            try (FirstByte provider = new FirstByte();
                    Agyn agyn = Agyn.start(folder, URI.create("http://127.0.0.1:" + provider.listener.getLocalPort()));
                    Socket caller = new Socket(LOOPBACK, agyn.uri().getPort())) {
                caller.setTcpNoDelay(true);
                InputStream responses = new BufferedInputStream(caller.getInputStream());
                byte[] small = request(agyn, 1 << 10);
                byte[] large = request(agyn, 16 << 20);
                double[] smallMillis = new double[ROUNDS];
                double[] largeMillis = new double[ROUNDS];
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    double smallTime = provider.call(caller, responses, small);
                    double largeTime = provider.call(caller, responses, large);
                    if (round >= 0) {
                        smallMillis[round] = smallTime;
                        largeMillis[round] = largeTime;
                    }
                }
                Arrays.sort(smallMillis);
                Arrays.sort(largeMillis);
                double difference = largeMillis[ROUNDS / 2] - smallMillis[ROUNDS / 2];
                return Report.row(
                        "time to the provider's first body byte, 16 MiB body against 1 KiB body",
                        "within %.0f ms".formatted(BOUND_MILLIS),
                        "%+.2f ms: %.2f (p90 %.2f) and %.2f ms (p90 %.2f)"
                                .formatted(
                                        difference,
                                        largeMillis[ROUNDS / 2],
                                        largeMillis[ROUNDS * 9 / 10],
                                        smallMillis[ROUNDS / 2],
                                        smallMillis[ROUNDS * 9 / 10]),
                        Math.abs(difference) <= BOUND_MILLIS);
            }
        }

        private static byte[] request(Agyn agyn, int length) throws IOException {
            String start = "{\"model\":\"" + Agyn.MODEL + "\",\"input\":\"";
            String body = start + "a".repeat(length - start.length() - 2) + "\"" + END_OF_BODY;
            return agyn.call("bench", body);
        }

        /** Sends a call and returns its time in milliseconds. */
        private double call(Socket caller, InputStream responses, byte[] request) throws IOException {
            long start = System.nanoTime();
            caller.getOutputStream().write(request);
            String head = readHead(responses);
            if (!head.startsWith("HTTP/1.1 200")) {
                throw new IOException("The proxy responded " + head);
            }
            responses.skipNBytes(2);
            return (firstByte - start) / 1e6;
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    Thread.ofPlatform().daemon().start(() -> serve(socket));
                }
            } catch (IOException e) {
                // The listener was closed at the end.
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                socket.setTcpNoDelay(true);
                InputStream requests = new BufferedInputStream(socket.getInputStream());
                byte[] bytes = new byte[64 << 10];
                while (true) {
                    readHead(requests);
                    int count = requests.read(bytes);
                    firstByte = System.nanoTime();
                    while (bytes[count - 1] != END_OF_BODY) {
                        count = requests.read(bytes);
                    }
                    socket.getOutputStream().write(ANSWER);
                }
            } catch (IOException e) {
                // The proxy closed the connection.
            }
        }

        private static String readHead(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
                head.append((char) next);
            }
            return head.toString();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    /** Many concurrent callers, each with a stream of one event per second. */
    private static final class OpenStreams {
        private static final int STREAMS = 10_000;
        // Some streams share HTTP/2 connections, since a user's limit is often 20,000 open files.
        private static final int OVER_HTTP_2 = 600;
        private static final int STREAMS_OF_A_CONNECTION = 50;
        private static final int BEGUN_PER_SECOND = 500;
        private static final int TOGETHER_SECONDS = 60;
        private static final int EVENTS = STREAMS / BEGUN_PER_SECOND + TOGETHER_SECONDS;
        private static final int BOUND_MIB = 1024;

        private final AtomicInteger open = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();

        private static String measure(Path folder) throws Exception {
            Process provider = startProvider();
            try {
                String origin = provider.inputReader().readLine();
                try (Agyn agyn = Agyn.start(folder, URI.create(origin + "/v1"))) {
                    return new OpenStreams().measure(agyn);
                }
            } finally {
                provider.destroy();
            }
        }

        private static Process startProvider() throws IOException {
            try (Stream<Path> files = Files.list(Path.of("scripted-provider/target"))) {
                Path jar = files.filter(
                                file -> file.getFileName().toString().matches("agyn-scripted-provider-.*\\.jar"))
                        .findFirst()
                        .orElseThrow(() -> new IOException("The scripted provider is not built: run make build."));
                return new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-jar",
                                jar.toString(),
                                "--script",
                                "events=" + EVENTS + ";every=1s")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
            }
        }

        private String measure(Agyn agyn) throws Exception {
            long before = agyn.residentMiB();
            HttpRequest request = HttpRequest.newBuilder(URI.create(agyn.uri() + "/v1/responses"))
                    .header("Authorization", "Bearer " + agyn.token())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"model\":\"" + Agyn.MODEL + "\",\"stream\":true,\"input\":\"Hello, world\"}"))
                    .build();
            List<Thread> callers = new ArrayList<>();
            HttpClient overHttp1 = client(HttpClient.Version.HTTP_1_1);
            HttpClient overHttp2 = null;
            for (int i = 0; i < STREAMS; i++) {
                if (i < OVER_HTTP_2 && i % STREAMS_OF_A_CONNECTION == 0) {
                    overHttp2 = client(HttpClient.Version.HTTP_2);
                    // Opens the connection that the streams share.
                    overHttp2.send(
                            HttpRequest.newBuilder(URI.create(agyn.uri() + "/q/health/live"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
                }
                HttpClient client = i < OVER_HTTP_2 ? overHttp2 : overHttp1;
                callers.add(Thread.ofVirtual().start(() -> stream(client, request)));
                Thread.sleep(Duration.ofNanos(1_000_000_000 / BEGUN_PER_SECOND));
            }
            long most = 0;
            int together = 0;
            for (Thread caller : callers) {
                while (!caller.join(Duration.ofSeconds(1))) {
                    most = Math.max(most, agyn.residentMiB());
                    together = Math.max(together, open.get());
                }
            }
            return Report.row(
                    "%,d open SSE streams, an event a second each".formatted(STREAMS),
                    "≤ %,d MiB, none dropped".formatted(BOUND_MIB),
                    "%,d MiB (%,d before); %,d open together, %,d ended whole, %,d dropped"
                            .formatted(most, before, together, ended.get(), STREAMS - ended.get()),
                    most <= BOUND_MIB && together == STREAMS && ended.get() == STREAMS);
        }

        private static HttpClient client(HttpClient.Version version) {
            return HttpClient.newBuilder().version(version).build();
        }

        private void stream(HttpClient client, HttpRequest request) {
            try {
                HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
                open.incrementAndGet();
                try (Stream<String> lines = response.body()) {
                    long events = lines.filter("event: response.output_text.delta"::equals)
                            .count();
                    if (events == EVENTS) {
                        ended.incrementAndGet();
                    }
                } finally {
                    open.decrementAndGet();
                }
            } catch (IOException | InterruptedException | UncheckedIOException e) {
                // Dropped: not counted as complete.
            }
        }
    }
}
