import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Creates resources of every kind that a release supports over its REST API, and saves the database's rows, the keyset
 * and the server's responses.
 *
 * <p>Run by {@code scripts/upgrade-fixture.sh} with the server's folder, a scratch folder and the output folder.
 */
final class Fixture {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RESPONSES = "/v1/responses";
    private static final String MESSAGES = "/v1/messages";

    private final Server server;
    private final Connection database;
    private final int schema;
    private final String origin;
    private final ObjectNode tokens = JSON.createObjectNode();
    private final ArrayNode credentials = JSON.createArrayNode();
    private final ArrayNode calls = JSON.createArrayNode();
    private final ArrayNode reads = JSON.createArrayNode();
    private final List<String> resources = new ArrayList<>();

    private Fixture(Server server, Connection database, String origin) throws Exception {
        this.server = server;
        this.database = database;
        this.origin = origin;
        this.schema = Integer.parseInt(
                column("select max(version::int) from flyway_schema_history").getFirst());
        tokens.put("admin", server.adminToken());
    }

    public static void main(String... arguments) throws Exception {
        Path app = Path.of(arguments[0]);
        Path scratch = Path.of(arguments[1]);
        Path target = Path.of(arguments[2]);
        Path keyset = scratch.resolve("keys.json");
        try (ScriptedProvider provider = ScriptedProvider.start();
                EmbeddedPostgres postgres = EmbeddedPostgres.on(scratch)) {
            postgres.start();
            Server.command(app, scratch.resolve("command"), Map.of(), "keyset", "create", keyset.toString());
            Map<String, String> variables = Map.of(
                    "AGYN_DATABASE_URL", postgres.jdbcUrl(),
                    "AGYN_DATABASE_USERNAME", postgres.username(),
                    "AGYN_DATABASE_PASSWORD", postgres.password(),
                    "AGYN_KEYSET_FILE", keyset.toString());
            try (Connection database =
                    DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password())) {
                Fixture fixture;
                try (Server server = Server.start(app, scratch.resolve("server"), variables)) {
                    fixture = new Fixture(server, database, provider.origin().toString());
                    fixture.fill();
                    fixture.readAll();
                }
                fixture.write(target, keyset);
            }
        }
    }

    private void fill() throws Exception {
        String acme = create("/organizations", body("name", "Acme, Inc."));
        String globex = create("/organizations", body("name", "Globex", "slug", "globex"));
        String key = create(in(acme, "secrets"), body("name", "openai-api-key", "value", "sk-of-before"));
        update(in(acme, "secrets/" + key), body("name", "openai-api-key", "value", "sk-in-a-secret"));
        credential(in(acme, "secrets/" + key), "sk-in-a-secret");
        String unused = create(
                in(acme, "secrets"),
                body("name", "Schlüssel", "description", "It's \"quoted\", a\\b", "value", "Größe\n'; --"));
        credential(in(acme, "secrets/" + unused), "Größe\n'; --");
        String anthropicKey = create(in(acme, "secrets"), body("name", "anthropic", "value", "sk-ant-in-a-secret"));
        credential(in(acme, "secrets/" + anthropicKey), "sk-ant-in-a-secret");
        String globexKey = create(in(globex, "secrets"), body("name", "openai-api-key", "value", "sk-of-globex"));
        credential(in(globex, "secrets/" + globexKey), "sk-of-globex");

        String bySecret = provider(acme, "by-secret", "responses", "bearer", "token_secret_id", key);
        String byToken = provider(acme, "by-token", "responses", "bearer", "token", "sk-of-its-own");
        String anthropic =
                provider(acme, "anthropic", "anthropic_messages", "x_api_key", "token_secret_id", anthropicKey);
        String ownKey = provider(acme, "own-key", "anthropic_messages", "x_api_key", "token", "sk-ant-of-its-own");
        ObjectNode headers = providerBody("by-headers", "responses", "custom_headers");
        headers.set("custom_headers", body("X-Gateway-Key", "sk-gateway", "X-Cost-Center", "42"));
        String byHeaders = create(in(acme, "llm-providers"), headers);
        resources.add(in(acme, "llm-providers/" + byHeaders));
        String retired = provider(acme, "retired", "responses", "bearer", "token", "sk-retired");
        String globexProvider = provider(globex, "by-secret", "responses", "bearer", "token_secret_id", globexKey);

        model(acme, "by-secret", bySecret, RESPONSES, "authorization", "Bearer sk-in-a-secret");
        model(acme, "by-token", byToken, RESPONSES, "authorization", "Bearer sk-of-its-own");
        model(acme, "anthropic", anthropic, MESSAGES, "x-api-key", "sk-ant-in-a-secret");
        model(acme, "own-key", ownKey, MESSAGES, "x-api-key", "sk-ant-of-its-own");
        model(acme, "by-headers", byHeaders, RESPONSES, "x-gateway-key", "sk-gateway");
        model(globex, "by-secret", globexProvider, RESPONSES, "authorization", "Bearer sk-of-globex");
        create(in(acme, "models"), body("name", "orphaned", "provider_id", retired, "remote_model_name", "gone"));
        expect(204, server.send("DELETE", api(in(acme, "llm-providers/" + retired)), admin(), ""));

        token("plain", body("description", "Of the administrator"));
        token("bound", body("description", "Bound", "organization_id", acme));
        token("later", body("description", "Not yet expired", "expires_at", "2100-01-01T00:00:00Z"));
        Instant soon = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
        token("expired", body("description", "Expired", "expires_at", soon.toString()));
        String revoked = token("revoked", body("description", "Revoked"));
        expect(204, server.send("DELETE", api("/api-tokens/" + revoked), admin(), ""));
        resources.removeLast();
        if (schema >= 4) {
            fillUsers(acme, globex);
        }
        if (schema >= 16) {
            fillSecretProviders(acme);
        }
        if (schema >= 20) {
            fillModelSettings(acme);
        }
        if (schema >= 24) {
            fillAccess(acme);
        }
        Thread.sleep(Duration.between(Instant.now(), soon).plusSeconds(1));
        call();
    }

    /** Nothing listens at their addresses: remote secrets are read, not called. */
    private void fillSecretProviders(String organization) throws Exception {
        ObjectNode byToken = body("name", "vault", "description", "By token", "type", "vault");
        byToken.set("config", body("address", "http://127.0.0.1:1", "namespace", "admin", "token", "hvs.of-before"));
        String vault = create(in(organization, "secret-providers"), byToken);
        credential(in(organization, "secret-providers/" + vault), "token", "hvs.of-before");
        ObjectNode byRole = body("name", "bao", "type", "vault");
        byRole.set("config", body("address", "https://127.0.0.1:1", "role_id", "agyn", "secret_id", "of-before"));
        String bao = create(in(organization, "secret-providers"), byRole);
        credential(in(organization, "secret-providers/" + bao), "secret_id", "of-before");
        ObjectNode remote = body("name", "remote", "storage", "remote", "provider_id", vault);
        remote.put("remote_path", "kv/data/openai").put("remote_key", "api_key");
        resources.add(in(organization, "secrets/" + create(in(organization, "secrets"), remote)));
    }

    /** A model with an alias and all settings, which is the default of its organization and of a token. */
    private void fillModelSettings(String organization) throws Exception {
        ObjectNode provider = providerBody("without-websocket", "responses", "bearer");
        String providerId = create(
                in(organization, "llm-providers"),
                provider.put("token", "sk-of-http").put("websocket", "off"));
        resources.add(in(organization, "llm-providers/" + providerId));
        ObjectNode model = body("name", "settings", "alias", "claude-settings", "provider_id", providerId)
                .put("remote_model_name", "remote-settings")
                .put("codex_catalog_entry", "{\"display_name\": \"Settings\"}")
                .put("keep_alive_seconds", 30);
        String modelId = create(in(organization, "models"), model);
        resources.add(in(organization, "models/" + modelId));
        update(in(organization, ""), body("name", "Acme, Inc.", "default_model_id", modelId));
        token(
                "default_model",
                body("description", "Default", "organization_id", organization).put("default_model_id", modelId));
        ObjectNode call = calls.addObject().put("path", RESPONSES);
        call.set("body", body("model", "claude-settings", "input", "Hello"));
        call.put("remote_model", "remote-settings")
                .put("header", "authorization")
                .put("value", "Bearer sk-of-http");
    }

    /** A user without an email address, invitations, a group mapping, and a token with one scope and one model. */
    private void fillAccess(String organization) throws Exception {
        String user = create("/users", body("name", "Build", "username", "build-agent"));
        resources.add("/users/" + user);
        String byName = create(in(organization, "invitations"), body("username", "build-agent", "role", "member"));
        resources.add(in(organization, "invitations/" + byName));
        String byEmail = create(in(organization, "invitations"), body("email", "new@acme.example", "role", "owner"));
        resources.add(in(organization, "invitations/" + byEmail));
        String mapping = create(in(organization, "group-mappings"), body("group", "payments", "role", "member"));
        resources.add(in(organization, "group-mappings/" + mapping));
        String model = create(
                in(organization, "models"),
                body(
                                "name",
                                "of-one-token",
                                "provider_id",
                                provider(organization, "one", "responses", "bearer", "token", "sk-one"))
                        .put("remote_model_name", "remote-one"));
        ObjectNode token = body("description", "One model", "organization_id", organization);
        token.putArray("scopes").add("call_models");
        token.putArray("model_ids").add(model);
        token("one_model", token);
    }

    private void fillUsers(String acme, String globex) throws Exception {
        String owner = user("Olga", "olga@acme.example", "user", "active");
        String member = user("Max", "max@acme.example", "user", "active");
        String suspended = user("Sam", "sam@acme.example", "user", "active");
        user("Carla", "carla@acme.example", "cluster_admin", "active");
        join(acme, owner, "owner");
        join(acme, member, "member");
        join(acme, suspended, "member");
        join(globex, member, "owner");
        token("owner", body("description", "Olga's", "user_id", owner));
        token("member", body("description", "Max's", "user_id", member));
        token("bound_member", body("description", "Max's", "user_id", member, "organization_id", acme));
        token("suspended", body("description", "Sam's", "user_id", suspended));
        ObjectNode state = body("name", "Sam", "email", "sam@acme.example", "role", "user", "state", "suspended");
        update("/users/" + suspended, state);
        // A denied event for the audit log.
        String denied = body("name", "denied", "value", "x").toString();
        expect(
                403,
                server.send(
                        "POST", api(in(acme, "secrets")), tokens.get("member").textValue(), denied));
    }

    /** Calls each model once, if the release has the LLM Proxy, and waits until the usage is in the database. */
    private void call() throws Exception {
        if (schema < 2) {
            return;
        }
        for (JsonNode call : calls) {
            String path = call.get("path").textValue();
            expect(200, server.send("POST", path, admin(), call.get("body").toString()));
        }
        if (schema >= 3) {
            Instant deadline = Instant.now().plusSeconds(30);
            while (!column("select count(*) from usage_record").getFirst().equals(String.valueOf(calls.size()))) {
                if (Instant.now().isAfter(deadline)) {
                    throw new IOException("The usage is not in the database");
                }
                Thread.sleep(100);
            }
        }
    }

    /** Records the server's responses to reads of every resource, with each token. */
    private void readAll() throws Exception {
        List<String> organizations = column("select id from organization order by created_at");
        for (String token : fieldNames(tokens)) {
            read(token, "/me");
            read(token, "/organizations");
            for (String organization : organizations) {
                for (String kind : List.of("secrets", "llm-providers", "models")) {
                    read(token, in(organization, kind));
                }
            }
        }
        read("admin", "/api-tokens");
        for (String resource : resources) {
            read("admin", resource);
        }
        for (String organization : organizations) {
            read("admin", in(organization, ""));
            if (schema >= 3) {
                Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
                String times = "from=" + now.minus(Duration.ofHours(1)) + "&to=" + now;
                read("admin", in(organization, "usage?group_by=model,provider,outcome&" + times));
                read("admin", in(organization, "usage/records?" + times));
            }
            if (schema >= 4) {
                read("admin", in(organization, "members"));
            }
            if (schema >= 16) {
                read("admin", in(organization, "secret-providers"));
            }
        }
        if (schema >= 4) {
            read("admin", "/users");
        }
        readAudit(organizations);
    }

    /** Runs last, since denied reads are in the audit log; but is first in the file, so that a replay runs it first. */
    private void readAudit(List<String> organizations) throws Exception {
        if (schema < 5) {
            return;
        }
        Thread.sleep(Duration.ofSeconds(2));
        ArrayNode others = reads.deepCopy();
        reads.removeAll();
        for (String organization : organizations) {
            read("admin", in(organization, "audit-events?page_size=1000"));
        }
        read("admin", "/audit-events?page_size=1000");
        reads.addAll(others);
    }

    private void read(String token, String path) throws Exception {
        HttpResponse<String> response =
                server.send("GET", api(path), tokens.get(token).textValue(), "");
        ObjectNode read = reads.addObject().put("token", token).put("path", api(path));
        read.put("status", response.statusCode());
        response.headers().firstValue("ETag").ifPresent(tag -> read.put("etag", tag));
        if (response.statusCode() == 200) {
            read.set("body", JSON.readTree(response.body()));
        }
    }

    private void write(Path target, Path keyset) throws Exception {
        Path folder = Files.createDirectories(target.resolve("V" + schema));
        Files.copy(keyset, folder.resolve("keyset.json"), StandardCopyOption.REPLACE_EXISTING);
        ObjectNode expected = JSON.createObjectNode();
        expected.set("tokens", tokens);
        expected.set("credentials", credentials);
        expected.set("calls", calls);
        expected.set("reads", reads);
        Files.writeString(
                folder.resolve("expected.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(expected) + "\n");
        Files.writeString(folder.resolve("rows.sql"), rows());
    }

    // Without the change feed: its rows expire after an hour, and their transaction ids are meaningless in another
    // database.
    private static final String TABLES = """
            select relname from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
                and relname <> 'change'
            order by relname""";

    private String rows() throws SQLException {
        StringBuilder sql = new StringBuilder();
        execute("set timezone = 'UTC'");
        for (String table : column(TABLES)) {
            if (table.equals("usage_record")) {
                for (String day : column("select distinct started_at::date from usage_record order by 1")) {
                    sql.append("select ensure_usage_partition('").append(day).append("');\n");
                }
            }
            if (table.equals("stored_object")) {
                for (String day : column("select distinct created_at::date from stored_object order by 1")) {
                    sql.append("select ensure_daily_partition('stored_object', '")
                            .append(day)
                            .append("');\n");
                }
            }
            if (table.equals("deployment")) {
                // The migration has added a row.
                sql.append("delete from deployment;\n");
            }
            sql.append(rows(table));
        }
        return sql.toString();
    }

    private String rows(String table) throws SQLException {
        StringBuilder sql = new StringBuilder();
        try (Statement query = database.createStatement();
                ResultSet row = query.executeQuery("select t.* from " + table + " t order by t::text")) {
            int columns = row.getMetaData().getColumnCount();
            List<String> names = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                names.add(row.getMetaData().getColumnName(i));
            }
            while (row.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    String value = row.getString(i);
                    values.add(value == null ? "null" : "'" + value.replace("'", "''") + "'");
                }
                sql.append("insert into ").append(table).append(" (").append(String.join(", ", names));
                sql.append(")\n    values (").append(String.join(", ", values)).append(");\n");
            }
        }
        return sql.toString();
    }

    private String provider(
            String organization, String name, String protocol, String authMethod, String credential, String value)
            throws Exception {
        ObjectNode body = providerBody(name, protocol, authMethod).put(credential, value);
        String id = create(in(organization, "llm-providers"), body);
        if (!name.equals("retired")) {
            resources.add(in(organization, "llm-providers/" + id));
        }
        return id;
    }

    private ObjectNode providerBody(String name, String protocol, String authMethod) {
        String endpoint = origin + "/v1";
        return body("name", name, "endpoint", endpoint, "protocol", protocol, "auth_method", authMethod);
    }

    private void model(String organization, String name, String provider, String path, String header, String value)
            throws Exception {
        String id = create(
                in(organization, "models"),
                body("name", name, "provider_id", provider, "remote_model_name", "remote-" + name));
        resources.add(in(organization, "models/" + id));
        ObjectNode body = body("model", id);
        if (path.equals(MESSAGES)) {
            body.put("max_tokens", 64);
            body.putArray("messages").add(body("role", "user", "content", "Hello"));
        } else {
            body.put("input", "Hello");
        }
        ObjectNode call = calls.addObject().put("path", path);
        call.set("body", body);
        call.put("remote_model", "remote-" + name).put("header", header).put("value", value);
    }

    private void credential(String path, String value) {
        credential(path, "value", value);
    }

    /** @param field the field of a revealed credential; earlier fixtures omit it, since it was always {@code value} */
    private void credential(String path, String field, String value) {
        resources.add(path);
        credentials.addObject().put("path", api(path)).put("field", field).put("value", value);
    }

    private String token(String name, ObjectNode body) throws Exception {
        if (schema >= 22) {
            if (!body.has("scopes")) {
                List.of("call_models", "read", "manage", "manage_tokens", "reveal")
                        .forEach(body.putArray("scopes")::add);
            }
            if (!body.has("organization_id")) {
                body.putNull("organization_id");
            }
        }
        JsonNode made = JSON.readTree(expect(201, server.send("POST", api("/api-tokens"), admin(), body.toString())));
        tokens.put(name, made.get("token").textValue());
        resources.add("/api-tokens/" + made.get("id").textValue());
        return made.get("id").textValue();
    }

    private String user(String name, String email, String role, String state) throws Exception {
        String id = create("/users", body("name", name, "email", email, "role", role, "state", state));
        resources.add("/users/" + id);
        return id;
    }

    private void join(String organization, String user, String role) throws Exception {
        String body = body("user_id", user, "role", role).toString();
        expect(201, server.send("POST", api(in(organization, "members")), admin(), body));
    }

    private String create(String path, ObjectNode body) throws Exception {
        // Releases without support for the header ignore it.
        HttpResponse<String> response = server.send(
                "POST",
                api(path),
                admin(),
                body.toString(),
                "Idempotency-Key",
                UUID.randomUUID().toString());
        return JSON.readTree(expect(201, response)).get("id").textValue();
    }

    private void update(String path, ObjectNode body) throws Exception {
        expect(200, server.send("PUT", api(path), admin(), body.toString()));
    }

    private static String expect(int status, HttpResponse<String> response) throws IOException {
        if (response.statusCode() != status) {
            throw new IOException(response.request() + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    private String admin() {
        return tokens.get("admin").textValue();
    }

    private static String api(String path) {
        return "/api/v1" + path;
    }

    private static String in(String organization, String path) {
        return "/organizations/" + organization + (path.isEmpty() ? "" : "/" + path);
    }

    private static ObjectNode body(String... fields) {
        ObjectNode body = JSON.createObjectNode();
        for (int i = 0; i < fields.length; i += 2) {
            body.put(fields[i], fields[i + 1]);
        }
        return body;
    }

    private static List<String> fieldNames(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private List<String> column(String sql) throws SQLException {
        try (Statement query = database.createStatement();
                ResultSet rows = query.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute(sql);
        }
    }
}
