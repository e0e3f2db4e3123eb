import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures that lists stay flat: a page from the middle of 100,000 secrets beside one of 1,000, and a page of 100 LLM
 * providers with eight models each beside one of providers without. The two of a pair take turns in one run, and what is
 * printed is the ratio of their medians.
 *
 * <p>Run by {@code make bench}, which starts a server and gives its address and a token in {@code AGYN_GATEWAY} and
 * {@code AGYN_TOKEN}.
 */
final class Lists {
    private static final int ROUNDS = 400;
    private static final int WARM_UP = 200;
    private static final int PARALLEL = 16;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern NEXT = Pattern.compile("\"next_page_token\":\"([^\"]+)\"");

    private final HttpClient client = HttpClient.newHttpClient();
    private final String api;
    private final String token;

    private Lists(String baseUrl, String token) {
        this.api = baseUrl + "/api/v1";
        this.token = token;
    }

    public static void main(String... arguments) throws Exception {
        new Lists(System.getenv("AGYN_GATEWAY"), System.getenv("AGYN_TOKEN")).run();
    }

    private void run() throws Exception {
        String small = organizationWithSecrets(1_000);
        String large = organizationWithSecrets(100_000);
        report(
                "a page of 100 secrets, the middle of 100,000 beside the middle of 1,000",
                1.5,
                middle(large, 100_000),
                middle(small, 1_000));
        report(
                "a page of 100 LLM providers, with 8 models each beside without",
                1.5,
                organizationWithProviders(8) + "/llm-providers?page_size=100",
                organizationWithProviders(0) + "/llm-providers?page_size=100");
    }

    private String organizationWithSecrets(int count) throws Exception {
        System.out.printf("Storing %,d secrets.%n", count);
        String organization = "/organizations/" + create("/organizations", "{\"name\": \"bench\"}");
        createAll(count, i -> organization + "/secrets", i -> "{\"name\": \"secret-%06d\", \"value\": \"v\"}"
                .formatted(i));
        return organization;
    }

    private String organizationWithProviders(int modelsEach) throws Exception {
        String organization = "/organizations/" + create("/organizations", "{\"name\": \"bench\"}");
        String[] providers = new String[100];
        for (int i = 0; i < providers.length; i++) {
            providers[i] = create(organization + "/llm-providers", """
                    {"name": "provider-%d", "endpoint": "https://api.openai.com/v1", "protocol": "responses",
                     "auth_method": "bearer", "token": "t"}""".formatted(i));
        }
        createAll(
                100 * modelsEach,
                i -> organization + "/models",
                i -> "{\"name\": \"model-%d\", \"provider_id\": \"%s\", \"remote_model_name\": \"m\"}"
                        .formatted(i, providers[i % 100]));
        return organization;
    }

    /** The path of the page of 100 that begins in the middle. */
    private String middle(String organization, int count) throws Exception {
        int step = Math.min(1_000, count / 2);
        String next = "";
        for (int read = 0; read < count / 2; read += step) {
            Matcher matcher = NEXT.matcher(get(organization + "/secrets?page_size=" + step + next));
            matcher.find();
            next = "&page_token=" + matcher.group(1);
        }
        return organization + "/secrets?page_size=100" + next;
    }

    private void report(String what, double bound, String path, String reference) throws Exception {
        long[] times = new long[ROUNDS];
        long[] references = new long[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long time = time(path);
            long referenceTime = time(reference);
            if (round >= 0) {
                times[round] = time;
                references[round] = referenceTime;
            }
        }
        Arrays.sort(times);
        Arrays.sort(references);
        double ratio = (double) times[ROUNDS / 2] / references[ROUNDS / 2];
        System.out.printf(
                "%s: %.2f of at most %.2f times (%.2f ms and %.2f ms, medians of %d)%n",
                what, ratio, bound, times[ROUNDS / 2] / 1e6, references[ROUNDS / 2] / 1e6, ROUNDS);
    }

    private long time(String path) throws Exception {
        long start = System.nanoTime();
        get(path);
        return System.nanoTime() - start;
    }

    private interface Of<T> {
        T of(int i);
    }

    private void createAll(int count, Of<String> path, Of<String> body) throws Exception {
        Semaphore permits = new Semaphore(PARALLEL);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                permits.acquire();
                int number = i;
                executor.submit(() -> {
                    try {
                        return create(path.of(number), body.of(number));
                    } finally {
                        permits.release();
                    }
                });
            }
        }
    }

    private String create(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        Matcher id = ID.matcher(send(request, 201));
        id.find();
        return id.group(1);
    }

    private String get(String path) throws IOException, InterruptedException {
        return send(request(path).build(), 200);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(api + path)).header("Authorization", "Bearer " + token);
    }

    private String send(HttpRequest request, int wanted) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != wanted) {
            throw new IOException(
                    request.method() + " " + request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }
}
