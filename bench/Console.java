import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the Console: the page with an organization's 1,000 LLM providers, compared with the REST call for
 * the same data. Also the transferred bytes of each page, with and without a first visit's styles and scripts.
 *
 * <p>Run by {@code make bench}, which starts a server and sets its address, a token and its data folder in
 * {@code AGYN_GATEWAY}, {@code AGYN_TOKEN} and {@code AGYN_DATA_DIR}.
 */
final class Console {
    private static final int PROVIDERS = 1_000;
    private static final int SHOWN = 25;
    private static final int PARALLEL = 16;
    private static final int ROUNDS = 400;
    private static final int WARM_UP = 400;
    private static final double MOST_MILLIS = 50;
    private static final int MOST_AT_FIRST = 100 * 1024;
    private static final int MOST_AFTER = 15 * 1024;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
    private static final Pattern ASSET = Pattern.compile("(?:href|src)=\"(/console/[^\"]+)\"");

    private final HttpClient rest = HttpClient.newHttpClient();
    private final HttpClient browser =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final String gateway;
    private final String token;

    private Console(String gateway, String token) {
        this.gateway = gateway;
        this.token = token;
    }

    public static void main(String... arguments) throws Exception {
        new Console(System.getenv("AGYN_GATEWAY"), System.getenv("AGYN_TOKEN")).run();
    }

    private void run() throws Exception {
        System.out.printf("Storing %,d LLM providers.%n", PROVIDERS);
        String organization = create("/organizations", "{\"name\": \"Bench\", \"slug\": \"bench\"}");
        String path = "/organizations/" + organization;
        List<String> secrets = new ArrayList<>();
        List<String> models = new ArrayList<>();
        for (int i = 0; i < SHOWN; i++) {
            secrets.add(create(path + "/secrets", "{\"name\": \"key-%d\", \"value\": \"v\"}".formatted(i)));
        }
        List<String> providers = createProviders(path, secrets);
        for (int i = 0; i < SHOWN; i++) {
            models.add(create(
                    path + "/models",
                    "{\"name\": \"gpt-%d\", \"provider_id\": \"%s\", \"remote_model_name\": \"gpt-4o\"}"
                            .formatted(i, providers.get(i))));
        }
        storeCalls(organization);
        signIn();

        List<String> rows = new ArrayList<>();
        rows.add(time(
                "the page of %,d LLM providers compared with the REST call of the same data".formatted(PROVIDERS),
                "/organizations/bench/llm-providers",
                path + "/llm-providers?page_size=" + SHOWN));
        rows.add(time(
                "a search by name among them compared with the same search by REST",
                "/organizations/bench/llm-providers?q=provider-05",
                path + "/llm-providers?search=provider-05&page_size=" + SHOWN));
        rows.add(time(
                "the page of %d secrets that all of them use compared with the REST call of the secrets"
                        .formatted(SHOWN),
                "/organizations/bench/secrets",
                path + "/secrets?page_size=" + SHOWN));
        rows.add(time(
                "the page of %d of their models compared with the REST call of the models".formatted(SHOWN),
                "/organizations/bench/models",
                path + "/models?page_size=" + SHOWN));
        rows.add(time(
                "the form of a model of one of them compared with the REST call of the first 100",
                "/organizations/bench/models/new",
                path + "/llm-providers"));
        rows.addAll(sizes(List.of(
                "/organizations",
                "/organizations/new",
                "/organizations/bench",
                "/organizations/bench/llm-providers",
                "/organizations/bench/llm-providers/new",
                "/organizations/bench/llm-providers/" + providers.getFirst(),
                "/organizations/bench/models",
                "/organizations/bench/models/new",
                "/organizations/bench/models/" + models.getFirst(),
                "/organizations/bench/secrets",
                "/organizations/bench/secrets/" + secrets.getFirst(),
                "/organizations/bench/members",
                "/organizations/bench/usage",
                "/organizations/bench/usage?range=30d&group_by=model",
                "/organizations/bench/usage?range=7d&interval=hour",
                "/organizations/bench/audit",
                "/tokens",
                "/users",
                "/audit")));
        Report.print(rows);
    }

    private List<String> createProviders(String organization, List<String> secrets) throws Exception {
        String[] ids = new String[PROVIDERS];
        Semaphore permits = new Semaphore(PARALLEL);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < PROVIDERS; i++) {
                permits.acquire();
                int number = i;
                executor.submit(() -> {
                    try {
                        ids[number] = create(organization + "/llm-providers", """
                                {"name": "provider-%04d", "endpoint": "https://api.openai.com/v1", "protocol": "responses",
                                 "auth_method": "bearer", "token_secret_id": "%s"}""".formatted(
                                        number, secrets.get(number % secrets.size())));
                        return null;
                    } finally {
                        permits.release();
                    }
                });
            }
        }
        return List.of(ids);
    }

    /** Inserts a month of calls of eight models directly into the database, since the API cannot backdate calls. */
    private static void storeCalls(String organization) throws Exception {
        Path folder = Path.of(System.getenv("AGYN_DATA_DIR"));
        String port =
                Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(3);
        String password = Files.readString(folder.resolve("postgres-password")).strip();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "agyn", password);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select ensure_usage_partition((now() at time zone 'UTC')::date - n) from generate_series(0, 31) n");
            statement.execute("""
                    insert into usage_record (
                        id, started_at, request_id, organization_id, model_id, model, protocol, streamed, input_tokens,
                        cached_input_tokens, output_tokens, time_to_first_byte_us, duration_us, status, outcome)
                    select gen_random_uuid(), now() - n * interval '2 minutes', gen_random_uuid()::text, '%s',
                        md5((n %% 8)::text)::uuid, 'model-' || n %% 8, 'responses', true, (5000 * random())::int,
                        (9000 * random())::int, (800 * random())::int, (900000 * random())::int, (9000000 * random())::int,
                        case when n %% 50 = 0 then 429 else 200 end,
                        case when n %% 50 = 0 then 'upstream_error' else 'completed' end
                    from generate_series(1, 21000) n""".formatted(organization));
            statement.execute("analyze usage_record");
        }
    }

    private void signIn() throws IOException, InterruptedException {
        Matcher csrf = CSRF.matcher(new String(load("/sign-in", "identity", 200).body(), StandardCharsets.UTF_8));
        csrf.find();
        HttpRequest form = HttpRequest.newBuilder(URI.create(gateway + "/sign-in"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "csrf=" + encoded(csrf.group(1)) + "&token=" + encoded(token)))
                .build();
        HttpResponse<String> response = browser.send(form, BodyHandlers.ofString());
        if (response.statusCode() != 303) {
            throw new IOException("The sign-in returned " + response.statusCode() + ": " + response.body());
        }
    }

    /** Alternates a page and a call. */
    private String time(String what, String page, String call) throws Exception {
        double[] pages = new double[ROUNDS];
        double[] calls = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long start = System.nanoTime();
            load(page, "gzip", 200);
            long between = System.nanoTime();
            get(call);
            if (round >= 0) {
                pages[round] = (between - start) / 1e6;
                calls[round] = (System.nanoTime() - between) / 1e6;
            }
        }
        Arrays.sort(pages);
        Arrays.sort(calls);
        double middle = pages[ROUNDS / 2];
        return Report.row(
                what,
                "≤ %.0f ms".formatted(MOST_MILLIS),
                "%.2f ms (p99 %.2f): %.2f times the call's %.2f ms, medians of %d"
                        .formatted(
                                middle,
                                pages[ROUNDS * 99 / 100],
                                middle / calls[ROUNDS / 2],
                                calls[ROUNDS / 2],
                                ROUNDS),
                middle <= MOST_MILLIS);
    }

    private List<String> sizes(List<String> pages) throws Exception {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        int assets = 0;
        for (String page : pages) {
            sizes.put(page, load(page, "gzip", 200).body().length);
            System.out.printf("%7.1f KiB %s%n", sizes.get(page) / 1024.0, page);
        }
        Matcher asset =
                ASSET.matcher(new String(load(pages.getFirst(), "identity", 200).body(), StandardCharsets.UTF_8));
        while (asset.find()) {
            assets += load(asset.group(1), "gzip", 200).body().length;
        }
        String largest = sizes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        int most = sizes.get(largest);
        return List.of(
                Report.row(
                        "first load of a page of the Console, styles and scripts included, of " + pages.size(),
                        "≤ 100 KiB",
                        "%.1f KiB at most (%s), %.1f of them styles and scripts"
                                .formatted((most + assets) / 1024.0, largest, assets / 1024.0),
                        most + assets <= MOST_AT_FIRST),
                Report.row(
                        "each page after it",
                        "≤ 15 KiB",
                        "%.1f KiB at most".formatted(most / 1024.0),
                        most <= MOST_AFTER));
    }

    /** A response as a browser receives it, still compressed. */
    private HttpResponse<byte[]> load(String path, String encoding, int wanted)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + path))
                .header("Accept-Encoding", encoding)
                .build();
        HttpResponse<byte[]> response = browser.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() != wanted) {
            throw new IOException(path + " returned " + response.statusCode());
        }
        return response;
    }

    private void get(String path) throws IOException, InterruptedException {
        send(request(path).build(), 200);
    }

    private String create(String path, String body) throws IOException, InterruptedException {
        Matcher id = ID.matcher(send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                201));
        id.find();
        return id.group(1);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(gateway + "/api/v1" + path))
                .header("Authorization", "Bearer " + token);
    }

    private String send(HttpRequest request, int wanted) throws IOException, InterruptedException {
        HttpResponse<String> response = rest.send(request, BodyHandlers.ofString());
        if (response.statusCode() != wanted) {
            throw new IOException(request.method() + " " + request.uri() + " returned " + response.statusCode() + ": "
                    + response.body());
        }
        return response.body();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
