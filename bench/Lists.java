import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures that latency does not grow with an organization: 1,000,000 secrets compared with 1,000, and a page of 100 LLM
 * providers with eight models each compared with providers without models. Both requests of a pair alternate in one run;
 * the program prints the ratio of their medians.
 *
 * <p>Run by {@code make bench}, which starts a server and sets its address, a token and its data folder in
 * {@code AGYN_GATEWAY}, {@code AGYN_TOKEN} and {@code AGYN_DATA_DIR}.
 */
final class Lists {
    private static final int ROUNDS = 400;
    private static final int WARM_UP = 200;
    private static final int PARALLEL = 16;
    private static final int SMALL = 1_000;
    private static final int LARGE = 1_000_000;
    private static final double BOUND = 1.5;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
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
        String small = organizationWithSecrets(SMALL);
        String large = organizationWithSecrets(SMALL);
        grow(large);
        report(
                "1,000,000 secrets compared with 1,000, a page of 100 from the middle",
                get(middle(large, LARGE)),
                get(middle(small, SMALL)));
        report(
                "1,000,000 secrets compared with 1,000, one by name",
                get(large + "/secrets?name=secret-000500"),
                get(small + "/secrets?name=secret-000500"));
        report("1,000,000 secrets compared with 1,000, one created and deleted", created(large), created(small));
        reportMissing(large);
        report(
                "a page of 100 LLM providers, with 8 models each compared with none",
                get(organizationWithProviders(8) + "/llm-providers?page_size=100"),
                get(organizationWithProviders(0) + "/llm-providers?page_size=100"));
    }

    private String organizationWithSecrets(int count) throws Exception {
        System.out.printf("Storing %,d secrets.%n", count);
        String organization = "/organizations/" + create("/organizations", "{\"name\": \"bench\"}");
        createAll(count, i -> organization + "/secrets", i -> "{\"name\": \"secret-%06d\", \"value\": \"v\"}"
                .formatted(i));
        return organization;
    }

    /** Adds secrets to an organization of {@link #SMALL} directly in the database: the API would take too long. */
    private static void grow(String organization) throws Exception {
        System.out.printf("Storing %,d secrets.%n", LARGE);
        Path folder = Path.of(System.getenv("AGYN_DATA_DIR"));
        String port =
                Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(3);
        String password = Files.readString(folder.resolve("postgres-password")).strip();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "agyn", password);
                Statement statement = connection.createStatement()) {
            // Disables the triggers, which notify servers of each row.
            statement.execute("set session_replication_role = replica");
            statement.execute(
                    """
                    insert into secret (id, organization_id, name, storage, value_ciphertext, version, fingerprint,
                                        created_at, updated_at)
                    select gen_random_uuid(), organization_id, 'secret-' || n, storage, value_ciphertext, 1, fingerprint,
                           now() + n * interval '1 microsecond', now()
                    from (select * from secret where organization_id = '%s' limit 1) as one,
                         generate_series(%d, %d) as n""".formatted(organization.substring(organization.lastIndexOf('/') + 1), SMALL, LARGE - 1));
            statement.execute("analyze secret");
        }
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

    /** The path of the page of 100 in the middle of the list. */
    private String middle(String organization, int count) throws Exception {
        int step = Math.min(1_000, count / 2);
        String next = "";
        for (int read = 0; read < count / 2; read += step) {
            Matcher matcher = NEXT.matcher(response(organization + "/secrets?page_size=" + step + next));
            matcher.find();
            next = "&page_token=" + matcher.group(1);
        }
        return organization + "/secrets?page_size=100" + next;
    }

    /** For another tenant, an existing resource must take as long as a missing one. */
    private void reportMissing(String organization) throws Exception {
        String own = create("/organizations", "{\"name\": \"bench\"}");
        Matcher bound = TOKEN.matcher(send(
                post(
                        "/api-tokens",
                        "{\"description\": \"bench\", \"organization_id\": \"%s\", \"scopes\": [\"read\"]}"
                                .formatted(own)),
                201));
        bound.find();
        String secret = create(organization + "/secrets", "{\"name\": \"foreign\", \"value\": \"v\"}");
        report(
                "404 for another tenant's secret compared with 404 for an unknown id",
                missing(organization + "/secrets/" + secret, bound.group(1)),
                missing("/organizations/" + UUID.randomUUID() + "/secrets/" + UUID.randomUUID(), bound.group(1)));
    }

    private Request missing(String path, String token) {
        return () -> send(
                HttpRequest.newBuilder(URI.create(api + path))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                404);
    }

    private interface Request {
        void send() throws Exception;
    }

    private Request get(String path) {
        return () -> response(path);
    }

    /** Creates a secret, and deletes it to keep the number constant. */
    private Request created(String organization) {
        return () -> {
            String id = create(organization + "/secrets", "{\"name\": \"one-more\", \"value\": \"v\"}");
            send(request(organization + "/secrets/" + id).DELETE().build(), 204);
        };
    }

    private static void report(String what, Request request, Request reference) throws Exception {
        long[] times = new long[ROUNDS];
        long[] references = new long[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long time = time(request);
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
                what, ratio, BOUND, times[ROUNDS / 2] / 1e6, references[ROUNDS / 2] / 1e6, ROUNDS);
    }

    private static long time(Request request) throws Exception {
        long start = System.nanoTime();
        request.send();
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
        Matcher id = ID.matcher(send(post(path, body), 201));
        id.find();
        return id.group(1);
    }

    private String response(String path) throws IOException, InterruptedException {
        return send(request(path).build(), 200);
    }

    private HttpRequest post(String path, String body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(api + path)).header("Authorization", "Bearer " + token);
    }

    private String send(HttpRequest request, int wanted) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != wanted) {
            throw new IOException(request.method() + " " + request.uri() + " returned " + response.statusCode() + ": "
                    + response.body());
        }
        return response.body();
    }
}
