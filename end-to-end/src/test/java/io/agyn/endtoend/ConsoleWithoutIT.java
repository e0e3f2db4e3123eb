package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Console without a mouse, without JavaScript, and on a lost connection. */
class ConsoleWithoutIT {
    private static ScriptedProvider cloud;
    private static Server server;
    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        cloud = ScriptedProvider.start();
        server = Server.start(folder);
        browser = Browser.start();
    }

    @AfterAll
    static void stop() throws Exception {
        try (ScriptedProvider gone = cloud;
                Server ended = server;
                Browser closed = browser) {
            // Closes the started parts.
        }
    }

    @Test
    void keyboardAloneSignsInTestsAModelAndCreatesAToken() throws Exception {
        server.create("/organizations", Map.of("name", "By keyboard", "slug", "keyboard"));
        try (Console console = Console.open(browser, server)) {
            Page page = console.page();
            Keyboard keyboard = new Keyboard(console);
            keyboard.assertReachesAll();
            keyboard.type("API token", server.token()).press("Enter");
            keyboard.arrive("Organizations");

            keyboard.follow("By keyboard", "By keyboard");
            keyboard.enter("Skip to content");
            keyboard.press("Tab");
            assertThat(page.locator(":focus")).hasText("Delete…");

            keyboard.follow("LLM providers", "LLM providers");
            keyboard.follow("New provider", "New provider");
            keyboard.enter("OpenAI");
            assertThat(console.field("Endpoint")).hasValue("https://api.openai.com/v1");
            keyboard.assertReachesAll();
            keyboard.type("Name", "openai-prod");
            keyboard.type("Endpoint", cloud.origin() + "/v1");
            keyboard.to("Auth method");
            page.keyboard().type("custom");
            keyboard.type("Header name 1", "Host");
            keyboard.enter("Add header");
            page.keyboard().type("X-Gateway-Key");
            keyboard.type("Header value 2", "key-1");
            keyboard.enter("Save");
            assertThat(console.main().locator(":focus")).containsText("Nothing was saved");
            keyboard.space("Remove header 1");
            keyboard.type("Header value 1", "key-1");
            keyboard.follow("Save", "openai-prod");
            keyboard.space("Reveal the credentials of openai-prod");
            assertThat(page.locator("output")).hasText("X-Gateway-Key: key-1");
            keyboard.press("Space");
            assertThat(page.locator("output")).hasText("••••••••");
            keyboard.enter("Show as Terraform");
            keyboard.assertReachesAll();

            keyboard.follow("New model", "New model");
            keyboard.type("Name", "gpt-4o");
            keyboard.type("Remote model name", "gpt-4o").press("Enter");
            keyboard.arrive("gpt-4o");
            keyboard.type("Prompt", "Are you there?");
            keyboard.space("Test");
            assertThat(page.locator("#response")).hasText("Hello from the scripted provider.");
            assertThat(page.locator("#outcome")).containsText("The model has responded");
            keyboard.assertReachesAll();

            keyboard.follow("API tokens", "API tokens");
            keyboard.follow("New API token", "New API token");
            keyboard.type("Description", "Payments agents").press("Enter");
            keyboard.arrive("API token created");
            keyboard.follow("I have copied it", "API tokens");
            keyboard.follow("Payments agents", "Payments agents");
            keyboard.follow("Revoke…", "Revoke API token");
            keyboard.space("Revoke API token");
            assertThat(console.main()).containsText("was revoked");

            Locator menu = page.locator(".menu.user summary");
            keyboard.enter(menu.textContent());
            keyboard.to("Users");
            keyboard.press("Escape");
            assertThat(menu).isFocused();
            assertThat(page.getByText("Sign out")).isHidden();
            keyboard.press("Enter");
            keyboard.follow("Sign out", "Sign in");
        }
    }

    @Test
    void secretsProvidersAndModelsAreManagedWithoutScripts() throws Exception {
        try (Console console = Console.withoutScripts(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/new");
            console.fill("Name", "Plain");
            console.press("Create organization");
            String in = "/organizations/" + fact(console, "Id");
            rejected(console, in, "name", Map.of("name", "Plainer"));
            assertThat(page.getByRole(AriaRole.STATUS)).hasText("Organization Plain was saved.");

            console.follow("Secrets");
            console.follow("Create the first one");
            console.press("Create secret");
            assertThat(console.main()).containsText("Nothing was saved");
            console.fill("Name", "key");
            console.fill("Value", "sk-first");
            console.press("Create secret");
            console.follow("key");
            String secret = fact(console, "Id");
            rejected(
                    console,
                    in + "/secrets/" + secret,
                    "description",
                    Map.of("name", "key", "description", "By somebody else."));
            console.fill("New value", "sk-second");
            console.press("Save");
            console.reveal();
            assertThat(console.main()).containsText("sk-second");
            console.follow("Hide");

            console.follow("LLM providers");
            console.follow("New provider");
            console.fill("Name", "openai-prod");
            console.fill("Endpoint", cloud.origin() + "/v1");
            console.choose("Existing secret", "key");
            console.press("Save");
            String provider = fact(console, "Id");
            console.follow("Edit");
            rejected(
                    console,
                    in + "/llm-providers/" + provider,
                    "endpoint",
                    Map.of(
                            "name", "openai-prod",
                            "endpoint", "https://elsewhere.example",
                            "protocol", "responses",
                            "auth_method", "bearer",
                            "token_secret_id", secret));

            console.follow("New model");
            console.fill("Name", "gpt-4o");
            console.fill("Remote model name", "gpt-4o-2024-08-06");
            console.press("Create model");
            String model = in + "/models/" + fact(console, "Id");
            console.follow("Edit");
            rejected(
                    console,
                    model,
                    "remote model name",
                    Map.of("name", "gpt-4o", "provider_id", provider, "remote_model_name", "o3"));
            console.press("Test");
            assertThat(console.main()).containsText("Hello from the scripted provider.");
            assertThat(console.main()).containsText("Time to first token");

            console.follow("Secrets");
            console.follow("key");
            console.follow("Delete…");
            assertThat(console.main()).containsText("It is in use");
            console.follow("LLM providers");
            console.follow("openai-prod");
            console.follow("Delete…");
            console.press("Delete LLM provider");
            assertThat(console.main()).containsText("Type exactly openai-prod.");
            console.fill("Type openai-prod to confirm", "openai-prod");
            console.press("Delete LLM provider");
            console.follow("Models");
            assertThat(console.main()).containsText("1 model is orphaned");
            console.follow("gpt-4o");
            delete(console, "Delete…", "Delete model", "Model gpt-4o was deleted.");
            console.follow("Secrets");
            console.follow("key");
            delete(console, "Delete…", "Delete secret", "Secret key was deleted.");
            console.follow("Overview");
            console.follow("Delete…");
            console.fill("Type Plain to confirm", "Plain");
            console.press("Delete organization");
            assertThat(page.getByRole(AriaRole.STATUS)).hasText("Organization Plain was deleted.");
        }
    }

    @Test
    void usersMembersAndTokensAreManagedWithoutScripts() throws Exception {
        String organization = server.create("/organizations", Map.of("name", "People", "slug", "people"));
        try (Console console = Console.withoutScripts(browser, server, server.token())) {
            Page page = console.page();
            page.locator(".menu.user summary").click();
            console.follow("Users");
            console.follow("New user");
            console.fill("Name", "Ada");
            console.fill("Email", "ada@acme.example");
            console.press("Create user");
            String user = fact(console, "Id");
            rejected(
                    console,
                    "/users/" + user,
                    "name",
                    Map.of("name", "Ada L.", "email", "ada@acme.example", "role", "user", "state", "active"));
            console.press("Suspend");
            console.press("Activate");

            page.navigate("/organizations/people/members");
            console.follow("Add member");
            console.fill("Email", "ada@acme.example");
            console.press("Add member");
            console.follow("Ada");
            console.choose("Role", "owner");
            rejected(
                    console,
                    "/organizations/%s/members/%s".formatted(organization, user),
                    "role",
                    Map.of("role", "owner"));
            console.follow("Members");
            console.follow("Ada");
            delete(console, "Remove…", "Remove member", "Ada was removed.");

            console.follow("API tokens");
            console.follow("New API token");
            console.press("Create API token");
            assertThat(console.main()).containsText("Nothing was saved");
            console.fill("Description", "Agents");
            console.fill("Expires on (00:00 UTC)", "2099-01-31");
            console.press("Create API token");
            String plaintext = page.locator("pre code").textContent();
            Assertions.assertThat(plaintext).matches("agyn_[0-9A-Za-z]{44}");
            page.reload();
            assertThat(console.heading()).hasText("This API token was already shown");
            Assertions.assertThat(page.content()).doesNotContain(plaintext);
            console.follow("Back to API tokens");
            console.follow("Agents");
            delete(console, "Revoke…", "Revoke API token", "API token Agents was revoked.");

            page.navigate("/users/" + user);
            delete(console, "Delete…", "Delete user", "User Ada was deleted.");
            page.locator(".menu.user summary").click();
            console.press("Sign out");
            assertThat(console.heading()).hasText("Sign in");
        }
    }

    @Test
    void listsAreSearchedPagedAndFilteredWithoutScripts() throws Exception {
        String organization = server.create("/organizations", Map.of("name", "Many", "slug", "many"));
        for (int i = 10; i < 40; i++) {
            server.create("/organizations/" + organization + "/secrets", Map.of("name", "key-" + i, "value", "sk"));
        }
        try (Console console = Console.withoutScripts(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/many/secrets");
            Locator rows = page.locator("tbody tr");
            assertThat(rows).hasCount(25);
            console.follow("Next page");
            assertThat(rows).hasCount(5);
            console.follow("First page");
            console.field("Search by name").fill("KEY-17");
            console.press("Search");
            assertThat(rows).hasCount(1);
            assertThat(page).hasURL(Pattern.compile("q=KEY-17$"));

            console.follow("Audit log");
            console.choose("Operation", "create secret");
            console.press("Show");
            assertThat(rows).hasCount(25);
            console.follow("Next page");
            assertThat(rows).hasCount(5);
            console.follow("Usage");
            console.choose("Group by", "Model");
            console.press("Show");
            assertThat(page).hasURL(Pattern.compile("group_by=model"));
        }
    }

    @Test
    void lostConnectionIsReportedAndKeepsInput() throws Exception {
        SampleOrganization sample = SampleOrganization.create(server, cloud, "lost", UnaryOperator.identity());
        try (TcpRelay relay = TcpRelay.to(server);
                Console console = Console.signedIn(browser, relay, server.token())) {
            Page page = console.page();
            Locator lost = page.getByRole(AriaRole.ALERT).getByText("Cannot connect to the server");
            page.navigate(sample.root() + "/secrets/" + sample.secret());
            relay.interrupt();
            console.reveal();
            assertThat(lost).isVisible();
            assertThat(page.locator("output")).hasText("••••••••");
            console.inspect("connection-lost");
            relay.restore();
            console.reveal();
            assertThat(page.locator("output")).hasText("sk-1");
            assertThat(lost).isHidden();

            page.navigate(sample.root() + "/models/" + sample.model());
            console.fill("Prompt", "Are you there?");
            cloud.script("stall=within");
            console.press("Test");
            assertThat(page.locator("#response")).containsText("Hello");
            relay.interrupt();
            assertThat(lost).isVisible();
            assertThat(page.locator("#response")).containsText("Hello");
            assertThat(console.field("Prompt")).hasValue("Are you there?");
            cloud.script("");
            relay.restore();
            console.press("Test");
            assertThat(page.locator("#outcome")).containsText("The model has responded");
            assertThat(lost).isHidden();
        }
    }

    @Test
    void unsentFormKeepsItsInput() throws Exception {
        server.create("/organizations", Map.of("name", "Unsent", "slug", "unsent"));
        try (TcpRelay relay = TcpRelay.to(server);
                Console console = Console.signedIn(browser, relay, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/unsent/secrets/new");
            console.fill("Name", "openai-api-key");
            console.fill("Value", "sk-1");
            relay.interrupt();
            console.press("Create secret");
            assertThat(page.getByRole(AriaRole.ALERT).getByText("Cannot connect to the server"))
                    .isVisible();
            assertThat(console.field("Name")).hasValue("openai-api-key");
            assertThat(console.field("Value")).hasValue("sk-1");
            relay.restore();
            console.press("Create secret");
            assertThat(console.main()).containsText("Secret openai-api-key was created.");
        }
    }

    /** Submits a form after another user's change: it is rejected, and saved when submitted again. */
    private static void rejected(Console console, String path, String changed, Map<String, String> body)
            throws IOException {
        server.request().body(body).put(path).then().statusCode(200);
        console.press("Save");
        assertThat(console.main()).containsText("Someone else has changed this");
        assertThat(console.main()).containsText("changed " + changed);
        console.press("Save");
    }

    private static void delete(Console console, String link, String button, String outcome) {
        console.follow(link);
        console.press(button);
        assertThat(console.page().getByRole(AriaRole.STATUS)).hasText(outcome);
    }

    /** The properties on the page of a resource. */
    private static String fact(Console console, String name) {
        return console.main()
                .locator("dt")
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^" + name + "$")))
                .locator("+ dd")
                .textContent();
    }
}
