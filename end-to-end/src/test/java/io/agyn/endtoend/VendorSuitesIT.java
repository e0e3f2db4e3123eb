package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.keycloak.Keycloak;
import io.agyn.keycloak.KeycloakRealm;
import io.agyn.scripted.Options;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs tests of OpenAI's and Anthropic's SDKs, Codex and Claude Code straight at the scripted provider and through the LLM Proxy. */
@Tag("suites")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class VendorSuitesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final List<String> RESPONSES_MODELS = List.of("gpt-6-astra", "model");

    /** Also the cursors that the tests of lists use. */
    private static final List<String> MESSAGES_MODELS = List.of("claude-opus-5-5", "model_id", "after_id", "before_id");

    /** Prints the models of the tests that expect a warning. */
    private static final String DEPRECATED_MODELS =
            "from anthropic.resources.messages.messages import DEPRECATED_MODELS; print(*DEPRECATED_MODELS)";

    /** The ids of the objects that the SDKs' tests use, with the paths and bodies that create them. */
    private static final List<List<String>> SEEDS = List.of(
            response("resp_677efb5139a88190b512bc3fef8e535d"),
            response("response_id"),
            response("previous_response_id"),
            response("resp_123"),
            conversation("conv_123"),
            conversation("string"),
            List.of(
                    "message_batch_id",
                    "messages/batches",
                    "{\"requests\":[{\"custom_id\":\"a\",\"params\":{\"model\":\"claude-opus-5-5\",\"max_tokens\":1}}]}"));

    private final Path kept = Checkout.kept("suites");
    private final Path python = kept.resolve("venv/bin/python");

    VendorSuitesIT() throws IOException {}

    private static List<String> response(String id) {
        return List.of(id, "responses", "{\"model\":\"gpt-6-astra\",\"background\":true,\"input\":\"Hi\"}");
    }

    private static List<String> conversation(String id) {
        return List.of(
                id,
                "conversations",
                "{\"items\":[{\"id\":\"msg_abc\",\"type\":\"message\",\"role\":\"user\",\"content\":\"Hi\"}]}");
    }

    @Test
    void verdictsAreTheSameThroughTheProxy(@TempDir Path folder) throws Exception {
        Path file = Checkout.file("end-to-end/suites/accepted.txt");
        VerdictTable table = new VerdictTable(accepted(file));
        List<Suite> suites = new ArrayList<>(install());
        List<String> messagesModels = messagesModels();
        KeycloakRealm realm = Keycloak.shared().createRealm();
        Options options = Options.defaults()
                .asLenient()
                .withFixtures(kept)
                .withModels(Stream.concat(RESPONSES_MODELS.stream(), messagesModels.stream())
                        .toList());
        try (ScriptedProvider provider = ScriptedProvider.start(options);
                Server server = Server.start(folder, realm.variables(folder))) {
            addServiceAccount(server, realm, register(server, provider, messagesModels));
            SuiteSide straight = new SuiteSide(
                    "straight",
                    provider.origin().toString(),
                    "sk-suites",
                    script(folder.resolve("print-key"), "echo sk-suites"));
            SuiteSide proxy = new SuiteSide(
                    "proxy",
                    server.baseUrl(),
                    server.token(),
                    script(folder.resolve("agyn-token"), tokenCommand(realm)));
            suites.add(new ReplaySuite(provider, kept, unpack("anthropic")));
            Path agents = agents();
            suites.add(new CodexSuite(agents, provider));
            suites.add(new ClaudeCodeSuite(agents, provider));
            suites.add(new CodexFallbackSuite(agents, provider));
            for (Suite suite : suites) {
                Run first = run(suite, straight, provider);
                Run second = run(suite, proxy, provider);
                table.add(suite.name(), suite.mustPass(), first.verdicts(), second.verdicts());
                if (suite.comparison() != Suite.Comparison.NOTHING) {
                    table.add(suite.name() + ": calls", true, first.calls(), second.calls());
                }
            }
        }
        Files.writeString(Checkout.file("end-to-end/target").resolve("test-suites.md"), table.markdown());
        assertThat(table.problems()).as("%n%s", table.markdown()).isEmpty();
    }

    private static Set<String> accepted(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.substring(0, line.lastIndexOf('\t')))
                .collect(Collectors.toSet());
    }

    /** The verdicts of a suite, and the calls that arrived at the provider. */
    private record Run(Map<String, Verdict> verdicts, Map<String, Verdict> calls) {}

    private static Run run(Suite suite, SuiteSide side, ScriptedProvider provider) throws Exception {
        seed(side);
        provider.forget();
        provider.script("");
        Map<String, Verdict> verdicts = suite.run(side);
        return new Run(verdicts, ArrivedCalls.of(provider.received(), suite.comparison()));
    }

    private List<String> messagesModels() throws Exception {
        Command.Result deprecated = new Command(kept, Map.of(), List.of(python.toString(), "-c", DEPRECATED_MODELS))
                .run()
                .expect(0);
        return Stream.concat(
                        MESSAGES_MODELS.stream(),
                        Stream.of(deprecated.output().strip().split(" ")))
                .toList();
    }

    /** Creates the objects through a side, so that the proxy knows them; failures show in the suites. */
    private static void seed(SuiteSide side) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (List<String> seed : SEEDS) {
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create("%s/v1/%s".formatted(side.baseUrl(), seed.get(1))))
                        .header("authorization", "Bearer " + side.key())
                        .header("content-type", "application/json")
                        .header("x-scripted", "id=" + seed.get(0))
                        .POST(BodyPublishers.ofString(seed.get(2)))
                        .build();
                http.send(request, BodyHandlers.discarding());
            }
        }
    }

    private static Path script(Path file, String command) throws IOException {
        Files.writeString(file, "#!/bin/sh%nexec %s%n".formatted(command));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file;
    }

    /** The documented command for the access token of a service account. */
    private static String tokenCommand(KeycloakRealm realm) throws Exception {
        Command.require("jq", "jq");
        return """
                curl -fsS %s/protocol/openid-connect/token -d grant_type=client_credentials \\
                    -d client_id=%s -d client_secret=%s | jq -r .access_token""".formatted(realm.issuer(), KeycloakRealm.SERVICE, realm.secret());
    }

    /** The service account's first call creates its user, once the server has the identity provider's keys. */
    private static void addServiceAccount(Server server, KeycloakRealm realm, String organization) throws Exception {
        String token = realm.serviceToken();
        Response me = await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () -> RestAssured.given()
                                .header("Authorization", "Bearer " + token)
                                .get(server.baseUrl() + "/api/v1/me"),
                        response -> response.statusCode() == 200);
        server.create(
                "organizations/" + organization + "/members",
                Map.of("user_id", me.path("id"), "role", "member"),
                "user_id");
    }

    /** Registers all models, and returns their organization. */
    private static String register(Server server, ScriptedProvider provider, List<String> messagesModels)
            throws IOException {
        String organization = server.organization("Suites");
        // The tests of the SDK create responses without a model.
        String model = register(server, provider, organization, "responses", "bearer", RESPONSES_MODELS);
        String path = "/organizations/" + organization;
        String version = server.request().get(path).then().extract().header("ETag");
        server.request()
                .header("If-Match", version)
                .body(Map.of("name", "Suites", "default_model_id", model))
                .put(path)
                .then()
                .statusCode(200);
        register(server, provider, organization, "anthropic_messages", "x_api_key", messagesModels);
        return organization;
    }

    /** Registers models of one provider, and returns the id of the first. */
    private static String register(
            Server server,
            ScriptedProvider provider,
            String organization,
            String protocol,
            String authMethod,
            List<String> models)
            throws IOException {
        Map<String, String> fields = new HashMap<>(Map.of("name", protocol, "protocol", protocol));
        fields.put("endpoint", provider.origin() + "/v1");
        fields.put("auth_method", authMethod);
        fields.put("token", "sk-suites");
        String id = server.create("organizations/" + organization + "/llm-providers", fields);
        List<String> ids = new ArrayList<>();
        for (String model : models) {
            // The same remote name, so that the provider receives the same calls.
            ids.add(server.create(
                    "organizations/" + organization + "/models",
                    Map.of("name", model, "provider_id", id, "remote_model_name", model)));
        }
        return ids.getFirst();
    }

    private List<PytestSuite> install() throws Exception {
        Path requirements = Checkout.file("end-to-end/suites/requirements.txt");
        Command.require("python3", "Python 3.10 or later, with its module venv");
        succeed("python3", "-m", "venv", kept.resolve("venv").toString());
        succeed(python.toString(), "-m", "pip", "install", "--quiet", "-r", requirements.toString());
        Path openAi = unpack("openai");
        Path anthropic = unpack("anthropic");
        // Mocked in the SDK itself, these reach no server: the results of batches. Not offered: deletion of models.
        List<String> objects = List.of("-k", "not results and not (test_models and delete)");
        return List.of(
                new PytestSuite(
                        openAi.getFileName() + " responses",
                        python,
                        openAi,
                        "/v1",
                        tests(
                                objects,
                                "test_responses.py",
                                "responses",
                                "beta/test_responses.py",
                                "beta/responses",
                                "test_conversations.py",
                                "conversations",
                                "test_models.py"),
                        Suite.Comparison.EVERYTHING),
                new PytestSuite(
                        openAi.getFileName() + " WebSocket",
                        python,
                        openAi,
                        "/v1",
                        List.of("tests/lib/responses/test_websocket_live.py"),
                        Suite.Comparison.EVERYTHING),
                new PytestSuite(
                        "Open Responses WebSocket cases",
                        python,
                        Checkout.file("end-to-end/suites"),
                        "/v1",
                        List.of("-p", "no:cacheprovider", "test_websocket.py"),
                        Suite.Comparison.NOTHING),
                new PytestSuite(
                        anthropic.getFileName() + " messages",
                        python,
                        anthropic,
                        "",
                        tests(
                                objects,
                                "test_messages.py",
                                "beta/test_messages.py",
                                "messages",
                                "beta/messages",
                                "test_models.py",
                                "beta/test_models.py"),
                        Suite.Comparison.EVERYTHING));
    }

    /** Installs the agents, and returns the folder of their programs. */
    private Path agents() throws Exception {
        Command.require("npm", "Node.js 22 or later");
        Path folder = Files.createDirectories(kept.resolve("agents"));
        for (String file : List.of("package.json", "package-lock.json")) {
            Path source = Checkout.file("end-to-end/suites").resolve(file);
            Files.copy(source, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        new Command(folder, Map.of(), List.of("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"))
                .run()
                .expect(0);
        return folder.resolve("node_modules/.bin");
    }

    private static List<String> tests(List<String> options, String... files) {
        return Stream.concat(options.stream(), Stream.of(files).map(file -> "tests/api_resources/" + file))
                .toList();
    }

    /** Downloads and unpacks an SDK's source archive, which has its tests. */
    private Path unpack(String name) throws Exception {
        String version = Files.readAllLines(Checkout.file("end-to-end/suites/requirements.txt")).stream()
                .filter(line -> line.startsWith(name + "["))
                .map(line -> line.substring(line.indexOf("==") + 2))
                .findFirst()
                .orElseThrow();
        String folder = name + "-" + version;
        Path source = kept.resolve(folder);
        if (!Files.exists(source)) {
            String archive = kept.resolve(folder + ".tar.gz").toString();
            if (!Files.exists(Path.of(archive))) {
                succeed(
                        python.toString(),
                        "-m",
                        "pip",
                        "download",
                        "--quiet",
                        "--no-deps",
                        "--no-binary",
                        ":all:",
                        "--dest",
                        kept.toString(),
                        name + "==" + version);
            }
            succeed("tar", "-xzf", archive, "-C", kept.toString());
            PytestSuite.readKeyFromEnvironment(source.resolve("tests/conftest.py"));
        }
        return source;
    }

    private void succeed(String... words) throws Exception {
        new Command(kept, Map.of(), List.of(words)).run().expect(0);
    }
}
