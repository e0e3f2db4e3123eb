import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Measures calls with remote secrets in OpenBao, with the default settings: their throughput compared with that of calls
 * with local secrets, in alternating rounds, and the time from a new key in OpenBao to the first call that sends it.
 *
 * <p>{@code java bench/RemoteSecrets.java [throughput] [freshness]}; both by default. Run by {@code make bench}.
 */
public final class RemoteSecrets {
    private static final int CONNECTIONS = 32;
    // More and shorter rounds than those of Proxy: the difference is small, and the machine's speed varies.
    private static final int ROUNDS = 21;
    private static final Duration ROUND = Duration.ofSeconds(4);
    private static final Duration WARM_UP = Duration.ofSeconds(15);
    private static final double MIN_RATIO = 0.98;

    private static final int ROTATIONS = 200;
    private static final Duration MAX_AGE = Duration.ofSeconds(60);
    private static final Duration CALL_PAUSE = Duration.ofMillis(250);

    private final Wrk wrk;
    private final Agyn agyn;
    private final OpenBao bao;
    private final String secretProvider;
    private final List<String> table = new ArrayList<>();

    private RemoteSecrets(Wrk wrk, Agyn agyn, OpenBao bao) throws Exception {
        this.wrk = wrk;
        this.agyn = agyn;
        this.bao = bao;
        this.secretProvider = agyn.create("secret-providers", """
                {"name": "openbao", "type": "vault", "config": {"address": "%s", "token": "%s"}}""".formatted(bao.uri(), OpenBao.TOKEN));
    }

    public static void main(String... rows) throws Exception {
        try (Scratch folder = Scratch.make();
                Nginx upstream = Nginx.upstream(folder.resolve("upstream"), Proxy.ANSWER);
                // Shows the key that it receives; nginx replaces the variable.
                Nginx echo = Nginx.upstream(folder.resolve("echo"), "{\"received\":\"$http_authorization\"}");
                OpenBao bao = OpenBao.start(folder.resolve("openbao"));
                Agyn agyn = Agyn.start(folder.resolve("agyn"), upstream.uri())) {
            RemoteSecrets bench = new RemoteSecrets(new Wrk(folder.folder(), CONNECTIONS), agyn, bao);
            List<String> selected = rows.length == 0 ? List.of("throughput", "freshness") : List.of(rows);
            if (selected.contains("throughput")) {
                bench.throughput(upstream.uri());
            }
            if (selected.contains("freshness")) {
                bench.freshness(echo.uri());
            }
            Report.print(bench.table);
        } catch (Nginx.Missing e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private void throughput(URI upstream) throws Exception {
        String localSecret = agyn.create("secrets", """
                {"name": "local", "value": "sk-bench"}""");
        agyn.createModel("local", upstream, "\"token_secret_id\": \"" + localSecret + "\"");
        createRemote("remote", upstream);

        call("local", WARM_UP);
        call("remote", WARM_UP);
        List<Double> ratios = new ArrayList<>();
        List<Double> remoteRates = new ArrayList<>();
        List<Double> localRates = new ArrayList<>();
        double[] remoteCpu = new double[1];
        double[] localCpu = new double[1];
        for (int round = 0; round < ROUNDS; round++) {
            // Each is the first in every other round, so that a trend favours neither.
            boolean isLocalFirst = round % 2 == 0;
            double before = isLocalFirst ? measure("local", localCpu) : 0;
            double remote = measure("remote", remoteCpu);
            double local = isLocalFirst ? before : measure("local", localCpu);
            remoteRates.add(remote);
            localRates.add(local);
            ratios.add(remote / local);
        }
        double ratio = Report.median(ratios);
        table.add(Report.row(
                "throughput with a remote secret in OpenBao compared with a local secret, " + ROUNDS + " rounds",
                "≥ %.2f".formatted(MIN_RATIO),
                "%.3f (%.2f to %.2f): %,.0f/s and %,.0f/s; CPU of a call %.1f and %.1f µs"
                        .formatted(
                                ratio,
                                Collections.min(ratios),
                                Collections.max(ratios),
                                Report.median(remoteRates),
                                Report.median(localRates),
                                remoteCpu[0],
                                localCpu[0]),
                ratio >= MIN_RATIO));
    }

    /** Returns the calls per second of a round, and adds its share of the processor time of a call. */
    private double measure(String model, double[] cpu) throws Exception {
        double before = Report.cpuMicros(Stream.of(agyn.handle()));
        Wrk.Rate rate = call(model, ROUND);
        cpu[0] += (Report.cpuMicros(Stream.of(agyn.handle())) - before) / rate.count() / ROUNDS;
        return rate.perSecond();
    }

    private Wrk.Rate call(String model, Duration duration) throws Exception {
        return wrk.run(agyn.uri(), duration, Proxy.question(model), agyn.token());
    }

    /** Rotates keys at random times while their models are called a few times a second. */
    private void freshness(URI echo) throws Exception {
        List<Double> seconds = new ArrayList<>();
        try (HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Double>> rotations = new ArrayList<>();
            Random random = new Random(1);
            for (int i = 0; i < ROTATIONS; i++) {
                String model = "rotated-" + i;
                createRemote(model, echo);
                Duration wait = Duration.ofMillis(random.nextLong(MAX_AGE.toMillis()));
                rotations.add(callers.submit((Callable<Double>) () -> rotate(http, model, wait)));
            }
            for (Future<Double> rotation : rotations) {
                seconds.add(rotation.get());
            }
        }
        Collections.sort(seconds);
        double p99 = seconds.get((int) Math.ceil(0.99 * seconds.size()) - 1);
        table.add(Report.row(
                "from a new key in OpenBao to the first call that sends it, %d rotations of models called every %d ms, p99"
                        .formatted(ROTATIONS, CALL_PAUSE.toMillis()),
                "≤ %d s (AGYN_SECRET_MAX_AGE)".formatted(MAX_AGE.toSeconds()),
                "%.1f s (median %.1f, maximum %.1f)".formatted(p99, Report.median(seconds), seconds.getLast()),
                seconds.getLast() <= MAX_AGE.toSeconds()));
    }

    /** Calls a model for a while, then until it sends a new key; returns the seconds since that key was written. */
    private double rotate(HttpClient http, String model, Duration wait) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(agyn.uri().resolve("/v1/responses"))
                .header("Authorization", "Bearer " + agyn.token())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\": \"" + model + "\", \"input\": \"Hello, world\"}"))
                .build();
        long start = System.nanoTime();
        while (System.nanoTime() - start < wait.toNanos()) {
            received(http, request);
            Thread.sleep(CALL_PAUSE);
        }
        String key = "sk-new-" + model;
        bao.write(model, key);
        long written = System.nanoTime();
        while (true) {
            long called = System.nanoTime();
            if (received(http, request).contains("Bearer " + key)) {
                return (called - written) / 1e9;
            }
            if (called - written > 2 * MAX_AGE.toNanos()) {
                throw new IOException("The new key of " + model + " was not used");
            }
            Thread.sleep(CALL_PAUSE);
        }
    }

    private static String received(HttpClient http, HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    /** Creates a model whose key is a secret of the same name in OpenBao. */
    private void createRemote(String name, URI upstream) throws Exception {
        bao.write(name, "sk-bench");
        String secret = agyn.create("secrets", """
                {"name": "%s", "storage": "remote", "provider_id": "%s", "remote_path": "secret/data/%s",
                 "remote_key": "api_key"}""".formatted(name, secretProvider, name));
        agyn.createModel(name, upstream, "\"token_secret_id\": \"" + secret + "\"");
    }
}
