import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.Options;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A rolling upgrade and rollback: the servers of an older release and of this one share a database under constant load.
 * Each reads, changes and deletes the other's resources. Every call succeeds, uses the latest credential, and is in the
 * usage exactly once.
 *
 * <p>Run by {@code scripts/rolling.sh} with the two servers' folders, a scratch folder, whether the old server finishes
 * requests in flight when it stops, and environment variables for it.
 */
final class Rolling {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WRITERS = 3;
    private static final int READERS = 4;
    private static final Duration ALONE = Duration.ofSeconds(8);
    private static final Duration TOGETHER = Duration.ofSeconds(20);
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    // Between a thread's rounds, so that the load is steady and does not saturate the machine.
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Path oldApp;
    private final Path newApp;
    private final Path scratch;
    private final boolean oldDrains;
    private final Map<String, String> oldVariables;
    private final ScriptedProvider provider;
    private final EmbeddedPostgres postgres;

    // The servers to call. Each load thread holds the read lock during a round.
    private volatile List<Server> live = List.of();
    private final java.util.concurrent.locks.ReadWriteLock rounds =
            new java.util.concurrent.locks.ReentrantReadWriteLock(true);
    private volatile boolean stopped;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final List<Written> secrets = new ArrayList<>();
    private int reportedCalls;
    private int reportedWrites;
    private String admin;
    private String organization;

    private Rolling(String[] arguments, ScriptedProvider provider, EmbeddedPostgres postgres) {
        this.oldApp = Path.of(arguments[0]);
        this.newApp = Path.of(arguments[1]);
        this.scratch = Path.of(arguments[2]);
        this.oldDrains = Boolean.parseBoolean(arguments[3]);
        this.oldVariables = Stream.of(arguments)
                .skip(4)
                .map(variable -> variable.split("=", 2))
                .collect(Collectors.toMap(variable -> variable[0], variable -> variable[1]));
        this.provider = provider;
        this.postgres = postgres;
    }

    public static void main(String... arguments) throws Exception {
        Path scratch = Path.of(arguments[2]);
        try (ScriptedProvider provider = ScriptedProvider.start(Options.defaults());
                EmbeddedPostgres postgres = EmbeddedPostgres.on(scratch)) {
            postgres.start();
            Keyset.create(scratch.resolve("keys.json"));
            new Rolling(arguments, provider, postgres).run();
        }
        // The embedded database and the provider leave threads running.
        System.exit(0);
    }

    private void run() throws Exception {
        Server old = startOld();
        try {
            admin = old.adminToken();
            setUp(old);
            live = List.of(old);
            List<Thread> load = load();
            phase("old alone", ALONE);
            Server fresh = startNew();
            try {
                live = List.of(old, fresh);
                phase("both, on the new schema", TOGETHER);
                stopOld(old, fresh);
                phase("new alone", ALONE);
                old = startOld();
                live = List.of(old, fresh);
                phase("back: both again", ALONE);
                stop(fresh, old);
                phase("back: old alone on the new schema", ALONE);
                fresh = startNew();
                live = List.of(old, fresh);
                phase("forth: both again", ALONE);
                stopOld(old, fresh);
                phase("new alone", ALONE);
                stopped = true;
                for (Thread thread : load) {
                    thread.join();
                }
                require(
                        failures.isEmpty(),
                        "failures: " + failures.stream().limit(5).toList());
                awaitUsage();
                requireLogs();
                requireAudit();
                System.out.printf(
                        "%,d calls of models, %,d writes, %,d reads of another server's writes: none failed.%n",
                        calls.get(), writes.get(), reads.get());
            } finally {
                fresh.close();
            }
        } finally {
            stopped = true;
            old.close();
        }
    }

    private Server startOld() throws Exception {
        // Before 4804be3, servers sometimes closed a kept-alive connection together with the next request on it.
        Map<String, String> variables = new HashMap<>(variables());
        variables.putAll(oldVariables);
        return Server.start(oldApp, scratch.resolve("old"), variables).withoutKeptConnections();
    }

    private Server startNew() throws Exception {
        return Server.start(newApp, scratch.resolve("new"), variables());
    }

    private Map<String, String> variables() {
        return Map.of(
                "AGYN_DATABASE_URL", postgres.jdbcUrl(),
                "AGYN_DATABASE_USERNAME", postgres.username(),
                "AGYN_DATABASE_PASSWORD", postgres.password(),
                "AGYN_KEYSET_FILE", scratch.resolve("keys.json").toString());
    }

    /** Stops the old server. Without draining it responds 503 meanwhile, so its callers switch to the other first. */
    private void stopOld(Server old, Server other) throws Exception {
        if (oldDrains) {
            stop(old, other);
        } else {
            remove(old);
            old.close();
        }
    }

    /** Stops a server without notice to its callers, who keep calling until it refuses connections. */
    private void stop(Server server, Server other) throws Exception {
        server.setStandIn(other);
        server.close();
        remove(server);
    }

    private void remove(Server server) {
        live = live.stream().filter(one -> one != server).toList();
        // Waits for the rounds that use it.
        rounds.writeLock().lock();
        rounds.writeLock().unlock();
    }

    /** Continues the load for a while, and prints the counts since the previous phase, including server starts. */
    private void phase(String name, Duration duration) throws Exception {
        Thread.sleep(duration);
        // Without writers, the last value must be effective within a second.
        rounds.writeLock().lock();
        try {
            Thread.sleep(A_SECOND);
            for (Written secret : secrets) {
                for (Server server : live) {
                    String id = "last-" + UUID.randomUUID();
                    call(server, secret.name, admin, id);
                    String sent = credentialOf(id);
                    require(
                            sent.equals("Bearer " + secret.value),
                            name + ": " + server.uri() + " sends " + sent + " and not " + secret.value);
                }
            }
            // Keeps searches of the recorded calls fast.
            provider.forget();
        } finally {
            rounds.writeLock().unlock();
        }
        System.out.printf(
                "%-36s %,6d calls, %,6d writes; schema %s, %d failures%n",
                name,
                calls.get() - reportedCalls,
                writes.get() - reportedWrites,
                query("select max(version::int) from flyway_schema_history where success"),
                failures.size());
        reportedCalls = calls.get();
        reportedWrites = writes.get();
        require(failures.isEmpty(), "failures: " + failures.stream().limit(5).toList());
    }

    private void setUp(Server server) throws Exception {
        organization = create(server, "/organizations", "{\"name\":\"Acme\"}");
        for (int i = 0; i < WRITERS; i++) {
            Written mine = new Written("w" + i);
            mine.id = create(
                    server, in("secrets"), "{\"name\":\"%s\",\"value\":\"%s\"}".formatted(mine.name, mine.value));
            secrets.add(mine);
            String llmProvider =
                    create(server, in("llm-providers"), """
                    {"name":"%s","endpoint":"%s/v1","protocol":"responses","auth_method":"bearer","token_secret_id":"%s"}""".formatted(mine.name, provider.origin(), mine.id));
            create(server, in("models"), model(mine.name, llmProvider));
        }
    }

    private interface Round {
        void on(List<Server> servers, int turn) throws Exception;
    }

    private List<Thread> load() {
        List<Thread> threads = new ArrayList<>();
        for (Written secret : secrets) {
            threads.add(repeat("write", (servers, turn) -> rotate(servers, turn, secret)));
            threads.add(repeat(
                    "call",
                    (servers, turn) ->
                            call(at(servers, turn), secret.name, admin, secret.name + "-" + UUID.randomUUID())));
        }
        // These detect first a migration that locks tables in a different order than servers do.
        for (int i = 0; i < READERS; i++) {
            threads.add(repeat(
                    "me", (servers, turn) -> expect(200, at(servers, turn).send("GET", api("/me"), admin, ""))));
        }
        threads.add(repeat("all kinds", this::makeChangeAndDelete));
        threads.add(repeat("list", (servers, turn) -> {
            for (String path :
                    List.of("/organizations", in("secrets"), in("llm-providers"), in("models"), "/api-tokens")) {
                expect(200, at(servers, turn).send("GET", api(path), admin, ""));
            }
            expect(200, at(servers, turn).send("GET", api(in("usage?group_by=model,provider,outcome")), admin, ""));
        }));
        return threads;
    }

    private Thread repeat(String what, Round round) {
        return Thread.ofVirtual().start(() -> {
            for (int turn = 0; !stopped; turn++) {
                rounds.readLock().lock();
                try {
                    round.on(live, turn);
                } catch (Exception e) {
                    failures.add(what + ": " + e);
                } finally {
                    rounds.readLock().unlock();
                }
                pause();
            }
        });
    }

    /** Writes a secret on one server and reads it on all. */
    private void rotate(List<Server> servers, int turn, Written secret) throws Exception {
        String value = "sk-" + secret.name + "-" + turn;
        String body = "{\"name\":\"%s\",\"value\":\"%s\"}".formatted(secret.name, value);
        JsonNode written = json(200, write(at(servers, turn), "PUT", in("secrets/" + secret.id), body));
        secret.value = value;
        secret.version++;
        require(written.get("version").intValue() == secret.version, "a version was lost: " + written);
        for (Server server : servers) {
            JsonNode read = json(200, server.send("GET", api(in("secrets/" + secret.id)), admin, ""));
            require(read.equals(written), "read " + read + " instead of " + written);
            reads.incrementAndGet();
        }
    }

    /** Creates a resource of each kind on one server, reads and changes it on the next, and deletes it on a third. */
    private void makeChangeAndDelete(List<Server> servers, int turn) throws Exception {
        String name = "x-" + UUID.randomUUID();
        String tenant = "/organizations/" + create(at(servers, turn), "/organizations", "{\"name\":\"" + name + "\"}");
        String secret = tenant + "/secrets/"
                + create(at(servers, turn), tenant + "/secrets", "{\"name\":\"s\",\"value\":\"sk-" + name + "\"}");
        String providerBody = """
                {"name":"p","endpoint":"%s/v1","protocol":"responses","auth_method":"custom_headers",
                 "custom_headers":{"X-Key":"sk-%s"}}""".formatted(provider.origin(), name);
        String providerId = create(at(servers, turn), tenant + "/llm-providers", providerBody);
        String llmProvider = tenant + "/llm-providers/" + providerId;
        String model = tenant + "/models/" + create(at(servers, turn + 1), tenant + "/models", model(name, providerId));
        String tokenBody = "{\"description\":\"t\",\"organization_id\":\"%s\"}".formatted(tenant.substring(15));
        JsonNode token = json(201, write(at(servers, turn + 1), "POST", "/api-tokens", tokenBody));
        String tokenPath = "/api-tokens/" + token.get("id").textValue();

        for (String path : List.of(tenant, secret, llmProvider, model, tokenPath)) {
            JsonNode first = null;
            for (Server server : servers) {
                JsonNode read = json(200, server.send("GET", api(path), admin, ""));
                reads.incrementAndGet();
                require(first == null || holdsAll(first, read) || holdsAll(read, first), first + " is not " + read);
                first = read;
            }
        }
        for (Server server : servers) {
            String id = "x-" + UUID.randomUUID();
            call(server, name, token.get("token").textValue(), id);
            require(received(id).values("x-key").equals(List.of("sk-" + name)), "another credential was sent");
        }
        expect(
                200,
                write(at(servers, turn + 1), "PUT", tenant, "{\"name\":\"" + name + "\",\"slug\":\"" + name + "\"}"));
        expect(200, write(at(servers, turn), "PUT", model, model(name + "-2", providerId)));
        expect(200, write(at(servers, turn + 1), "PUT", llmProvider, providerBody.replace("sk-", "sk-2-")));
        for (String path : List.of(model, llmProvider, secret, tokenPath, tenant)) {
            expect(204, write(at(servers, ++turn), "DELETE", path, ""));
        }
    }

    /** Whether an object has all fields of another; a newer release may return more. */
    private static boolean holdsAll(JsonNode all, JsonNode part) {
        return part.properties().stream()
                .allMatch(field -> field.getKey().equals("last_used_at")
                        || field.getValue().equals(all.get(field.getKey())));
    }

    private void call(Server server, String model, String token, String id) throws Exception {
        boolean streams = calls.incrementAndGet() % 5 == 0;
        String body = "{\"model\":\"%s\",\"stream\":%s,\"input\":\"hi\"}".formatted(model, streams);
        HttpResponse<String> response = server.send("POST", "/v1/responses", token, body, "X-Request-Id", id);
        expect(200, response);
        require(!streams || response.body().contains("response.completed"), "a stream that broke off");
    }

    private HttpResponse<String> write(Server server, String method, String path, String body) throws Exception {
        writes.incrementAndGet();
        return server.send(method, api(path), admin, body);
    }

    private String create(Server server, String path, String body) throws Exception {
        return json(201, write(server, "POST", path, body)).get("id").textValue();
    }

    private void awaitUsage() throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String recorded = "";
        while (System.nanoTime() < deadline) {
            recorded = query("select count(*) from usage_record") + " of which distinct "
                    + query("select count(distinct request_id) from usage_record");
            if (recorded.equals(calls.get() + " of which distinct " + calls.get())) {
                System.out.println("Usage: each of the " + calls.get() + " calls is recorded once.");
                return;
            }
            Thread.sleep(200);
        }
        throw new IOException("usage of " + calls.get() + " calls: " + recorded);
    }

    private void requireLogs() throws IOException {
        for (String name : List.of("old", "new")) {
            List<String> lines =
                    java.nio.file.Files.readAllLines(scratch.resolve(name).resolve("server.log"));
            Predicate<String> isLoud = line -> line.contains(" ERROR ") || line.contains(" WARN ");
            List<String> loud = lines.stream().filter(isLoud).toList();
            System.out.printf(
                    "Log of the %s server: %d lines, %d warnings and errors.%n", name, lines.size(), loud.size());
            loud.stream().limit(10).forEach(System.out::println);
            require(loud.stream().noneMatch(line -> line.contains(" ERROR ")), "an error is in a log");
        }
    }

    private void requireAudit() throws Exception {
        System.out.printf(
                "Audit log: %s of the writes, since the old server writes none.%n",
                query("select count(*) from audit_event where outcome = 'done'"));
        for (String command : List.of("audit verify", "keyset check")) {
            System.out.print(Server.command(newApp, scratch.resolve("command"), variables(), command.split(" ")));
        }
    }

    private String credentialOf(String id) {
        return received(id).values("authorization").getFirst();
    }

    private ReceivedCall received(String id) {
        return provider.received().reversed().stream()
                .filter(call -> call.values("x-request-id").contains(id))
                .findFirst()
                .orElseThrow();
    }

    private String query(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static JsonNode json(int status, HttpResponse<String> response) throws IOException {
        return JSON.readTree(expect(status, response));
    }

    private static String expect(int status, HttpResponse<String> response) throws IOException {
        require(
                response.statusCode() == status,
                response.request().method() + " " + response.uri() + ": " + response.statusCode() + " "
                        + response.body());
        return response.body();
    }

    private static void require(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw new IOException(otherwise);
        }
    }

    private static String model(String name, String llmProvider) {
        return "{\"name\":\"%s\",\"provider_id\":\"%s\",\"remote_model_name\":\"remote\"}".formatted(name, llmProvider);
    }

    private static Server at(List<Server> servers, int turn) {
        return servers.get(turn % servers.size());
    }

    private String in(String path) {
        return "/organizations/" + organization + "/" + path;
    }

    private static String api(String path) {
        return "/api/v1" + path;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A secret with its last acknowledged value. */
    private static final class Written {
        private final String name;
        private volatile String id;
        private volatile String value = "sk-0";
        private volatile int version = 1;

        private Written(String name) {
            this.name = name;
        }
    }
}
