package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Usage and the audit log in the Console. */
class ConsoleUsageIT {
    private static final String ROOT = "/organizations/acme";
    private static final List<Map<String, String>> HELLO = List.of(Map.of("role", "user", "content", "Hello, world"));

    private static CalledModels models;
    private static Server server;
    private static Browser browser;
    private static String organization;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        browser = Browser.start();
        models = CalledModels.start(folder);
        server = models.server();
        organization = server.request().get("/organizations").then().extract().path("items[0].id");
        addModels();
        int made = 0;
        for (String person : List.of("Payments agents", "Support agents", "Data science")) {
            String token = tokenOf(person);
            for (String model : List.of(CalledModels.GPT, "o3", "gpt-4o-mini")) {
                call(token, "/v1/responses", Map.of("model", model, "input", "Hello, world"), 200);
            }
            call(token, "/v1/messages", Map.of("model", CalledModels.CLAUDE, "max_tokens", 64, "messages", HELLO), 200);
            made += 4;
        }
        models.provider().script("status=429;retry-after=2");
        call(server.token(), "/v1/responses", Map.of("model", CalledModels.GPT, "input", "Hello, world"), 429);
        models.provider().script("");
        server.awaitCalls(organization, made + 1);
        SampleUsage.insertInto(server);
    }

    @AfterAll
    static void stop() throws Exception {
        try (CalledModels ended = models;
                Browser closed = browser) {
            // Closes the started parts.
        }
    }

    @Test
    void usageDrillsDownToASingleCall() throws Exception {
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate(ROOT);
            console.follow("Usage");
            assertThat(page.getByRole(AriaRole.HEADING, level(1))).hasText("Usage");
            assertThat(page.getByRole(AriaRole.IMG)).hasCount(4);
            console.inspect("usage");

            console.follow("30 days");
            assertThat(page.getByRole(AriaRole.LINK, named("30 days"))).hasAttribute("aria-current", "true");
            assertThat(page.getByRole(AriaRole.IMG, new Page.GetByRoleOptions().setName("Tokens")))
                    .hasAccessibleDescription(Pattern.compile("^Per day, from .* Input: total [0-9,]+, .* Output: "));
            console.inspect("usage-month");

            page.getByLabel("Group by").selectOption("model");
            console.press("Show");
            assertThat(page).hasURL(Pattern.compile("range=30d.*group_by=model"));
            assertThat(page.getByRole(AriaRole.HEADING, named("Tokens by model")))
                    .isVisible();
            page.locator(".chart summary").first().click();
            assertThat(page.locator(".chart details").first()).containsText("Start (UTC)");
            console.inspect("usage-by-model");

            Download figures = page.waitForDownload(() -> console.follow("Download as CSV"));
            org.assertj.core.api.Assertions.assertThat(Files.readAllLines(figures.path()))
                    .hasSizeGreaterThan(60)
                    .first()
                    .asString()
                    .startsWith("started_at,group_by,group_id,group_name,calls,errors,");

            page.getByLabel("Outcome").selectOption("upstream_error");
            page.getByLabel("Group by").selectOption("user");
            console.press("Show");
            assertThat(page.locator(".tiles")).containsText("100.0 %");
            assertThat(page.getByRole(AriaRole.TABLE, named("Recent calls"))
                            .getByText("429")
                            .first())
                    .isVisible();
            console.inspect("usage-errors-by-user");

            page.getByLabel("From (UTC)").fill("2099-01-01T00:00");
            console.press("Show");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("before now");
            console.inspect("usage-rejected");
        }
    }

    @Test
    void memberWithoutCallsSeesHowToCallAModel() throws Exception {
        try (Console console = Console.signedIn(browser, server, tokenOf("Newcomer"))) {
            console.page().navigate(ROOT + "/usage");
            assertThat(console.page().locator("main")).containsText("Open one of the");
        }
    }

    @Test
    void auditLogShowsUserAndOperation() throws Exception {
        String secret = server.create(
                "/organizations/" + organization + "/secrets", Map.of("name", "openai-api-key", "value", "sk-1"));
        try (Console console = Console.signedIn(browser, server, server.token());
                Console member = Console.signedIn(browser, server, tokenOf("Curious"))) {
            Page page = console.page();
            page.navigate(ROOT + "/secrets/" + secret);
            console.fill("New value", "sk-2");
            console.press("Save");
            RestAssured.given()
                    .baseUri(server.baseUrl())
                    .header("Authorization", "Bearer " + tokenOf("Too curious"))
                    .post("/api/v1/organizations/" + organization + "/secrets/" + secret + "/reveal")
                    .then()
                    .statusCode(403);

            console.follow("Audit log");
            assertThat(page.getByRole(AriaRole.HEADING, level(1))).hasText("Audit log");
            Locator events = page.getByRole(AriaRole.TABLE, named("Audit events"));
            assertThat(events).containsText(Pattern.compile("replaced secret\\s+openai-api-key"));
            assertThat(events).containsText(Pattern.compile("tried to reveal secret\\s+openai-api-key"));
            console.inspect("audit");

            page.getByLabel("Outcome").selectOption("denied");
            console.press("Show");
            assertThat(events.locator("tbody tr")).hasCount(1);
            assertThat(events).containsText("Too curious");
            console.inspect("audit-denied");
            Download export = page.waitForDownload(() -> console.follow("Export as JSON Lines"));
            org.assertj.core.api.Assertions.assertThat(Files.readAllLines(export.path()))
                    .hasSize(1)
                    .allMatch(line -> line.contains("\"operation\":\"revealSecret\""));
            console.follow("openai-api-key");
            assertThat(page).hasURL(Pattern.compile("/secrets/" + secret + "$"));

            page.navigate("/organizations");
            page.locator(".menu.user summary").click();
            console.follow("Cluster audit log");
            assertThat(events).containsText("created user");
            console.inspect("audit-cluster");

            member.page().navigate(ROOT);
            assertThat(member.page().getByRole(AriaRole.LINK, named("Audit log")))
                    .hasCount(0);
            member.page().navigate(ROOT + "/audit");
            assertThat(member.page().locator("main")).containsText("Your role does not allow this");
            member.inspect("audit-rejected");
        }
    }

    private static void addModels() throws IOException {
        List<String> providers = server.request()
                .get("/organizations/{o}/llm-providers?name=openai", organization)
                .then()
                .extract()
                .path("items.id");
        for (String model : List.of("o3", "gpt-4o-mini")) {
            server.create(
                    "/organizations/" + organization + "/models",
                    Map.of("name", model, "provider_id", providers.getFirst(), "remote_model_name", model));
        }
    }

    /** Creates a member of the organization, and returns their token. */
    private static String tokenOf(String name) throws IOException {
        String user = server.create(
                "/users",
                Map.of("name", name, "email", name.toLowerCase(Locale.ROOT).replace(' ', '.') + "@acme.example"),
                "id");
        server.create(
                "/organizations/" + organization + "/members", Map.of("user_id", user, "role", "member"), "user_id");
        return server.create(
                "/api-tokens",
                Map.of(
                        "description",
                        name,
                        "user_id",
                        user,
                        "organization_id",
                        organization,
                        "scopes",
                        List.of("call_models", "read")),
                "token");
    }

    private static void call(String token, String path, Map<String, ?> body, int status) throws IOException {
        RestAssured.given()
                .baseUri(server.baseUrl())
                .header("Authorization", "Bearer " + token)
                .header("anthropic-version", "2023-06-01")
                .contentType("application/json")
                .body(body)
                .post(path)
                .then()
                .statusCode(status);
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static Page.GetByRoleOptions level(int level) {
        return new Page.GetByRoleOptions().setLevel(level);
    }
}
