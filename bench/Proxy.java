import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares the LLM Proxy with nginx as a plain reverse proxy to the same upstream, in alternating rounds. The LLM Proxy does
 * authentication, routing, model names, credentials, usage and access logs; nginx only forwards. The load generator,
 * the upstream and PostgreSQL run on the same processors.
 *
 * <p>{@code java bench/Proxy.java [throughput] [latency] [ramp] [soak]}; all of them by default. Run by {@code make bench}.
 */
public final class Proxy {
    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = 7;
    private static final Duration ROUND = Duration.ofSeconds(8);
    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final int SOAK_MINUTES = 10;
    private static final double FLAT = 0.05;

    static final String ANSWER = "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"output\":"
            + "[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"" + "x".repeat(1260)
            + "\"}]}],\"usage\":{\"input_tokens\":25,\"input_tokens_details\":{\"cached_tokens\":8},\"output_tokens\":12,"
            + "\"output_tokens_details\":{\"reasoning_tokens\":4},\"total_tokens\":37}}";

    private static final String QUESTION = question(Agyn.MODEL);

    private final Wrk wrk;
    private final Agyn agyn;
    private final Nginx nginx;
    private final List<String> table = new ArrayList<>();
    private double steady;

    private Proxy(Wrk wrk, Agyn agyn, Nginx nginx) {
        this.wrk = wrk;
        this.agyn = agyn;
        this.nginx = nginx;
    }

    public static void main(String... rows) throws Exception {
        try (Scratch folder = Scratch.make();
                Nginx upstream = Nginx.upstream(folder.resolve("upstream"), ANSWER);
                Nginx nginx = Nginx.proxy(folder.resolve("nginx"), upstream.uri());
                Agyn agyn = Agyn.start(folder.resolve("agyn"), upstream.uri())) {
            Proxy bench = new Proxy(new Wrk(folder.folder(), CONNECTIONS), agyn, nginx);
            bench.run(rows.length == 0 ? List.of("throughput", "latency", "ramp", "soak") : List.of(rows));
        } catch (Nginx.Missing e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** A request of 3 KiB. */
    static String question(String model) {
        return "{\"model\":\"" + model + "\",\"input\":\"" + "x".repeat(3 * 1024 - 40) + "\"}";
    }

    private void run(List<String> rows) throws Exception {
        wrk(agyn.uri(), WARM_UP);
        double[] rates = throughput(rows.contains("throughput") ? ROUNDS : 2);
        steady = rates[0];
        double half = Math.min(rates[0], rates[1]) / 2;
        if (rows.contains("latency")) {
            latency(half);
        }
        if (rows.contains("ramp")) {
            ramp();
        }
        if (rows.contains("soak")) {
            soak(half);
        }
        Report.print(table);
    }

    /** Closed loop; returns the medians of both proxies. */
    private double[] throughput(int rounds) throws Exception {
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        double ourCpu = 0;
        double postgresCpu = 0;
        double theirCpu = 0;
        for (int round = 0; round < rounds; round++) {
            double before = Report.cpuMicros(nginx.workers());
            Wrk.Rate reference = wrk(nginx.uri(), ROUND);
            theirCpu += (Report.cpuMicros(nginx.workers()) - before) / reference.count() / rounds;
            before = Report.cpuMicros(Stream.of(agyn.handle()));
            double postgres = Report.cpuMicros(agyn.postgres().children());
            Wrk.Rate rate = wrk(agyn.uri(), ROUND);
            ourCpu += (Report.cpuMicros(Stream.of(agyn.handle())) - before) / rate.count() / rounds;
            postgresCpu += (Report.cpuMicros(agyn.postgres().children()) - postgres) / rate.count() / rounds;
            ours.add(rate.perSecond());
            theirs.add(reference.perSecond());
            ratios.add(rate.perSecond() / reference.perSecond());
        }
        double ratio = Report.median(ratios);
        table.add(Report.row(
                "throughput, 3 KiB requests, 1.5 KiB responses, " + CONNECTIONS + " connections",
                "≥ 0.75 of nginx",
                "%.2f (%.2f to %.2f): %,.0f/s and %,.0f/s; CPU of a call %.0f µs (PostgreSQL %.0f µs besides) and %.0f µs"
                        .formatted(
                                ratio,
                                Collections.min(ratios),
                                Collections.max(ratios),
                                Report.median(ours),
                                Report.median(theirs),
                                ourCpu,
                                postgresCpu,
                                theirCpu),
                ratio >= 0.75));
        return new double[] {Report.median(ours), Report.median(theirs)};
    }

    /** Open loop at half load: the time that the proxy adds to nginx's. */
    private void latency(double perSecond) throws Exception {
        OpenLoop ours = new OpenLoop(agyn.uri(), request(agyn.uri()));
        OpenLoop theirs = new OpenLoop(nginx.uri(), request(nginx.uri()));
        ours.run(perSecond, ROUND);
        List<Double> p50 = new ArrayList<>();
        List<Double> p99 = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            OpenLoop.Result reference = theirs.run(perSecond, ROUND);
            OpenLoop.Result result = ours.run(perSecond, ROUND);
            if (result.errors() + reference.errors() > 0) {
                throw new IOException("Not all responses were 200");
            }
            p50.add(result.millis(0.5) - reference.millis(0.5));
            p99.add(result.millis(0.99) - reference.millis(0.99));
            times.add(reference.millis(0.5));
        }
        for (var quantile : List.of(new Added("p50", 0.3, p50), new Added("p99", 1.0, p99))) {
            double added = Report.median(quantile.millis);
            table.add(Report.row(
                    "added time over nginx at half load (%,.0f/s), open loop, %s".formatted(perSecond, quantile.name),
                    "≤ %.1f ms".formatted(quantile.bound),
                    "%.2f ms (%.2f to %.2f); nginx itself takes %.2f ms"
                            .formatted(
                                    added,
                                    Collections.min(quantile.millis),
                                    Collections.max(quantile.millis),
                                    Report.median(times)),
                    added <= quantile.bound));
        }
    }

    private record Added(String name, double bound, List<Double> millis) {}

    /** The time from ready to 80 % of the warm throughput. */
    private void ramp() throws Exception {
        List<Double> seconds = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            agyn.restart();
            long ready = System.nanoTime();
            double rate = 0;
            while (rate < 0.8 * steady && System.nanoTime() - ready < 60_000_000_000L) {
                rate = wrk(agyn.uri(), Duration.ofSeconds(1)).perSecond();
            }
            seconds.add((System.nanoTime() - ready) / 1e9);
        }
        double median = Report.median(seconds);
        table.add(Report.row(
                "from ready to 80 % of full throughput",
                "≤ 5 s",
                "%.1f s (%.1f to %.1f)".formatted(median, Collections.min(seconds), Collections.max(seconds)),
                median <= 5));
    }

    /** Half load for several minutes; the server's memory after each minute. */
    private void soak(double perSecond) throws Exception {
        OpenLoop load = new OpenLoop(agyn.uri(), request(agyn.uri()));
        List<Long> mebibytes = new ArrayList<>();
        long errors = 0;
        for (int minute = 0; minute < SOAK_MINUTES; minute++) {
            errors += load.run(perSecond, Duration.ofMinutes(1)).errors();
            mebibytes.add(agyn.residentMiB());
            System.out.printf("%2d min: %,d MiB%n", minute + 1, mebibytes.getLast());
        }
        long settled = mebibytes.get(1);
        long most = Collections.max(mebibytes.subList(1, SOAK_MINUTES));
        table.add(Report.row(
                "soak, %d minutes at half load (%,.0f/s)".formatted(SOAK_MINUTES, perSecond),
                "memory flat (within %.0f %%) after 2 minutes, no error".formatted(100 * FLAT),
                "%,d MiB after 2 minutes, %,d MiB at most after; %d errors".formatted(settled, most, errors),
                most <= (1 + FLAT) * settled && errors == 0));
    }

    private byte[] request(URI uri) throws IOException {
        return agyn.call(uri.getAuthority(), QUESTION);
    }

    private Wrk.Rate wrk(URI uri, Duration duration) throws Exception {
        return wrk.run(uri, duration, QUESTION, agyn.token());
    }
}
