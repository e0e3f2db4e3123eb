package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Terraform and curl code that the Console shows works, even with special characters in names. */
class ConsoleCodeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ODD =
            "\"q\" 'a' ${path.module} $${x} %{if true} \\n `id` $(id) Müller 東京 🔑 e\u0301 \u202Egnp";
    private static final Pattern VARIABLE = Pattern.compile("\nvariable \"(\\w+)\"");
    private static final String VALUE = "sk-of-the-secret";

    @TempDir
    private static Path folder;

    private static Server server;
    private static Browser browser;
    private static Terraform terraform;

    @BeforeAll
    static void start() throws Exception {
        server = Server.start(folder);
        browser = Browser.start();
        terraform = Terraform.in(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        try (Server ended = server;
                Browser closed = browser) {
            // Closes the started parts.
        }
    }

    @Test
    void shownTerraformImportsEverythingWithoutChanges() throws Exception {
        Resources resources = new Resources("terraform");
        Terraform.User user = holding("shown", shown(resources, "Terraform"));
        user.run("init");
        user.run("fmt", "-check", "-diff");

        user.run("plan", "-out", "plan");
        JsonNode changes =
                JSON.readTree(user.run("show", "-json", "plan").output()).required("resource_changes");
        assertThat(changes).hasSize(resources.paths.size());
        for (JsonNode resource : changes) {
            String address = resource.required("address").asText();
            JsonNode change = resource.required("change");
            assertThat(change.path("importing").path("id").asText()).as(address).isNotEmpty();
            // The import sets each credential once, since it cannot be read.
            JsonNode after = change.required("after");
            boolean hasCredential =
                    switch (resource.required("type").asText()) {
                        case "agyn_secret_provider" -> true;
                        case "agyn_secret" -> after.path("provider_id").isNull();
                        case "agyn_llm_provider" ->
                            after.path("token_secret_id").isNull();
                        default -> false;
                    };
            String expected = hasCredential ? "update" : "no-op";
            assertThat(change.required("actions")).as(address).hasToString("[\"" + expected + "\"]");
        }

        user.run("apply", "-auto-approve");
        user.run("plan", "-detailed-exitcode");
        for (String path : resources.paths.values()) {
            server.request().get(path).then().statusCode(200);
        }
    }

    @Test
    void copiedTerraformImportsResourcesOfTheConsole() throws Exception {
        server.create("/organizations", Map.of("name", "By hand", "slug", "by-hand"));
        try (Console console = Console.signedIn(browser, server, server.token())) {
            List<String> copied = new ArrayList<>();
            console.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
            console.page().navigate("/organizations/by-hand/secrets");
            console.follow("New secret");
            console.fill("Name", "openai-api-key");
            console.fill("Value", VALUE);
            console.press("Create secret");
            console.follow("openai-api-key");
            copied.add(copied(console));

            console.follow("LLM providers");
            console.follow("New provider");
            console.fill("Name", "openai-prod");
            console.fill("Endpoint", "https://api.openai.com/v1");
            console.choose("Protocol", "responses");
            console.choose("Auth method", "bearer");
            console.choose("Existing secret", "openai-api-key");
            console.press("Save");
            copied.add(copied(console));

            console.follow("New model");
            console.fill("Name", "gpt-4o");
            console.fill("Remote model name", "gpt-4o-2024-08-06");
            console.press("Create model");
            copied.add(copied(console));

            Terraform.User user = holding("by-hand", copied);
            user.run("init");
            assertThat(user.run("plan").output()).contains("Plan: 3 to import, 0 to add, 1 to change, 0 to destroy.");
            user.run("apply", "-auto-approve");
            user.run("plan", "-detailed-exitcode");
            console.follow("openai-prod");
            assertThat(console.heading().textContent()).isEqualTo("openai-prod");
        }
    }

    /** The Terraform code as the Copy button copied it. */
    private static String copied(Console console) {
        console.page().getByText("Show as Terraform").click();
        console.press("Copy Terraform");
        console.page().getByText("Copied").waitFor();
        return (String) console.page().evaluate("navigator.clipboard.readText()");
    }

    /** A terraform user whose folder has the code that the Console shows. */
    private static Terraform.User holding(String name, List<String> shown) throws Exception {
        Path source = Files.createDirectories(folder.resolve(name));
        Files.writeString(source.resolve("main.tf"), """
                terraform {
                  required_providers {
                    agyn = {
                      source = "agynio/agyn"
                    }
                  }
                }
                """);
        Map<String, String> environment = new HashMap<>(server.environment());
        for (String hcl : shown) {
            Files.writeString(source.resolve("shown-" + shown.indexOf(hcl) + ".tf"), hcl);
            String typed = hcl.contains("map(string)") ? "{\"X-Key\":\"%s\"}".formatted(VALUE) : VALUE;
            VARIABLE.matcher(hcl).results().forEach(variable -> environment.put("TF_VAR_" + variable.group(1), typed));
        }
        return terraform.user(name + "-imported", source, environment);
    }

    @Test
    void shownCurlCommandsRunWithoutChanges() throws Exception {
        Resources resources = new Resources("curl");
        List<String> paths = List.copyOf(resources.paths.values());
        List<String> scripts = shown(resources, "curl");
        for (int i = 0; i < paths.size(); i++) {
            String path = paths.get(i);
            JsonNode before = JSON.readTree(server.request().get(path).asString());
            String output = new Command(folder, server.environment(), List.of("sh", "-c", scripts.get(i)))
                    .run()
                    .expect(0)
                    .output();
            if (path.startsWith("/api-tokens/")) {
                server.request().get(path).then().statusCode(404);
            } else {
                List<JsonNode> responses = JSON.readerFor(JsonNode.class)
                        .<JsonNode>readValues(output)
                        .readAll();
                assertThat(responses).as(scripts.get(i)).hasSize(2);
                assertThat(responses.getFirst()).isEqualTo(before);
                assertThat(timeless(responses.getLast())).isEqualTo(timeless(before));
            }
        }
    }

    private static JsonNode timeless(JsonNode resource) {
        return ((ObjectNode) resource.deepCopy()).without("updated_at");
    }

    /** The code on the pages of the resources. */
    private static List<String> shown(Resources resources, String language) throws IOException {
        List<String> shown = new ArrayList<>();
        try (Console console = Console.signedIn(browser, server, server.token())) {
            for (String page : resources.paths.keySet()) {
                console.page().navigate(page);
                shown.add(console.page()
                        .locator(".ascode pre[aria-label=" + language + "] code")
                        .textContent());
            }
        }
        return shown;
    }

    /** A resource of each kind, with plain and with special names; their Console pages and API paths. */
    private static final class Resources {
        private final Map<String, String> paths = new LinkedHashMap<>();

        Resources(String name) throws IOException {
            String organization = add("/organizations", "/organizations", Map.of("name", ODD, "slug", name));
            String in = "/organizations/" + organization;
            String secret = add(in + "/secrets", in + "/secrets", Map.of("name", name, "value", VALUE));
            add(in + "/secrets", in + "/secrets", Map.of("name", ODD, "description", ODD + "\n\t", "value", VALUE));
            String vaults = in + "/secret-providers";
            Map<String, Object> vault = Map.of("name", name, "type", "vault");
            Map<String, String> address = Map.of("address", "https://vault.example.com:8200", "token", VALUE);
            add(vaults, vaults, with(vault, "config", address));
            String odd = add(
                    vaults,
                    vaults,
                    with(
                            with(with(vault, "name", ODD), "description", ODD),
                            "config",
                            Map.of("address", "http://127.0.0.1:9", "role_id", "${role}", "secret_id", VALUE)));
            add(
                    in + "/secrets",
                    in + "/secrets",
                    Map.of(
                            "name",
                            "remote",
                            "storage",
                            "remote",
                            "provider_id",
                            odd,
                            "remote_path",
                            "kv/data/" + ODD.replaceAll("[^ -~]|[/?#]", ""),
                            "remote_key",
                            ODD));
            String providers = in + "/llm-providers";
            Map<String, Object> bearer = Map.of(
                    "name",
                    name,
                    "endpoint",
                    "https://api.openai.com/v1",
                    "protocol",
                    "responses",
                    "auth_method",
                    "bearer");
            String provider = add(providers, providers, with(bearer, "token_secret_id", secret));
            add(providers, providers, with(with(bearer, "name", ODD), "token", VALUE));
            Map<String, Object> headers = with(with(bearer, "name", "headers"), "auth_method", "custom_headers");
            add(providers, providers, with(headers, "custom_headers", Map.of("X-Key", VALUE)));
            for (String model : List.of(name, ODD)) {
                add(
                        in + "/models",
                        in + "/models",
                        Map.of("name", model, "provider_id", provider, "remote_model_name", ODD));
            }
            String user = add("/users", "/users", Map.of("name", ODD, "email", name + "'s@acme.example"));
            add("/users", "/users", Map.of("name", name, "email", name + "@acme.example", "role", "cluster_admin"));
            member(in, Map.of("user_id", user, "role", "owner"));
            // The creator of the organization.
            String creator = in + "/members/" + administrator();
            paths.put(creator, creator);
            String tokens = in + "/tokens";
            add(tokens, "/api-tokens", Map.of("description", ODD, "organization_id", organization, "user_id", user));
            add("/tokens", "/api-tokens", Map.of("description", name, "expires_at", "2099-01-31T12:00:00.5+01:00"));
        }

        private static Map<String, Object> with(Map<String, Object> body, String field, Object value) {
            Map<String, Object> more = new HashMap<>(body);
            more.put(field, value);
            return more;
        }

        private String add(String pages, String collection, Map<String, ?> body) throws IOException {
            String id = server.create(collection, body, "id");
            paths.put(pages + "/" + id, collection + "/" + id);
            return id;
        }

        private void member(String organization, Map<String, String> body) throws IOException {
            String path = organization + "/members/" + server.create(organization + "/members", body, "user_id");
            paths.put(path, path);
        }

        private static String administrator() throws IOException {
            return server.request().get("/me").then().statusCode(200).extract().path("id");
        }
    }
}
