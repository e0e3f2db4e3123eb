import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures how long the server takes to be ready, with its AOT cache ({@code api-server/bin/agyn-server}) and without
 * ({@code java -jar quarkus-run.jar}), in alternating rounds on one data folder of an earlier start.
 *
 * <p>Two times per start: since its PostgreSQL accepts connections (from its postmaster.pid), and since the launch of
 * the process; both until {@code /q/health/ready} returns 200. Run by {@code make bench}.
 */
public final class Start {

    private static final int ROUNDS = 9;

    private static final Path APP = Path.of("api-server/target/quarkus-app");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private record Times(Duration fromDatabase, Duration fromLaunch) {}

    private Start() {}

    public static void main(String... arguments) throws Exception {
        Map<String, List<String>> commands = Map.of(
                "with AOT cache",
                List.of("api-server/bin/agyn-server"),
                "java -jar",
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-jar",
                        APP.resolve("quarkus-run.jar").toString()));
        Map<String, List<Times>> results = Map.of("with AOT cache", new ArrayList<>(), "java -jar", new ArrayList<>());
        try (Scratch data = Scratch.make()) {
            start(commands.get("java -jar"), data.folder());
            for (int round = 0; round < ROUNDS; round++) {
                for (var command : commands.entrySet()) {
                    results.get(command.getKey()).add(start(command.getValue(), data.folder()));
                }
            }
        }
        System.out.println("start, median of " + ROUNDS + "      from database up   from launch");
        results.forEach((name, times) -> System.out.printf(
                "%-23s  %13d ms  %8d ms%n",
                name,
                median(times.stream().map(Times::fromDatabase).toList()),
                median(times.stream().map(Times::fromLaunch).toList())));
        System.out.printf("ratio                    %13.2f     %8.2f%n", ratio(results, true), ratio(results, false));
    }

    private static double ratio(Map<String, List<Times>> results, boolean fromDatabase) {
        var with = results.get("with AOT cache").stream()
                .map(times -> fromDatabase ? times.fromDatabase() : times.fromLaunch())
                .toList();
        var without = results.get("java -jar").stream()
                .map(times -> fromDatabase ? times.fromDatabase() : times.fromLaunch())
                .toList();
        return (double) median(with) / median(without);
    }

    private static long median(List<Duration> durations) {
        return durations.stream().sorted().toList().get(durations.size() / 2).toMillis();
    }

    private static Times start(List<String> command, Path data) throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("server.out").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AGYN_"));
        builder.environment()
                .putAll(Map.of("AGYN_DATA_DIR", data.toString(), "AGYN_HTTP_PORT", Integer.toString(port)));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Files.deleteIfExists(data.resolve("postgres/postmaster.pid"));
        long launch = System.nanoTime();
        Process server = builder.start();
        try {
            long database = await(server, data, () -> isDatabaseUp(data));
            long ready = await(server, data, () -> isReady(port));
            return new Times(Duration.ofNanos(ready - database), Duration.ofNanos(ready - launch));
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static long await(Process server, Path data, Condition condition) throws IOException, InterruptedException {
        while (!condition.holds()) {
            if (!server.isAlive()) {
                throw new IllegalStateException(
                        "the server did not start: " + Files.readString(data.resolve("server.out")));
            }
            Thread.sleep(1);
        }
        return System.nanoTime();
    }

    private static boolean isDatabaseUp(Path data) throws IOException {
        Path file = data.resolve("postgres/postmaster.pid");
        try {
            return Files.readString(file).contains("ready");
        } catch (java.nio.file.NoSuchFileException e) {
            return false;
        }
    }

    private static boolean isReady(int port) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready"))
                    .build();
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
