package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LLM providers and their models in the Console. */
class ConsoleProvidersIT {
    // The first response of a new server is slow.
    private static final LocatorAssertions.ContainsTextOptions PATIENTLY =
            new LocatorAssertions.ContainsTextOptions().setTimeout(30_000);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static ScriptedProvider cloud;
    private static Server server;
    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        cloud = ScriptedProvider.start();
        cloud.accept(
                new Header("authorization", "Bearer sk-first"),
                new Header("authorization", "Bearer sk-second"),
                new Header("x-gateway-key", "key-1"));
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

    @BeforeEach
    void forget() {
        cloud.forget();
        cloud.script("");
    }

    @Test
    void providerIsCreatedTestedChangedAndDeleted() throws Exception {
        String organization = server.organization("Acme");
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/" + organization);
            console.follow("LLM providers");
            assertThat(page).hasURL(Pattern.compile("/organizations/acme/llm-providers$"));

            console.follow("New provider");
            console.press("Save");
            Locator errors = page.getByRole(AriaRole.ALERT).first();
            assertThat(errors).containsText("Name: Must have 1 to 128 characters");
            assertThat(errors).containsText("Existing secret: Enter an API key or choose a secret.");
            assertThat(errors).isFocused();
            console.inspect("llm-provider-new-rejected");
            console.fill("API key", "sk-first");
            console.press("OpenAI");
            assertThat(console.field("Endpoint")).hasValue("https://api.openai.com/v1");
            console.fill("Name", "openai-prod");
            console.fill("Endpoint", cloud.origin() + "/v1");
            console.choose("Protocol", "responses");
            console.choose("Auth method", "bearer");
            assertThat(console.field("API key")).hasValue("sk-first");
            console.press("Save");
            assertThat(page.locator("main")).containsText("LLM provider openai-prod was created.");
            Assertions.assertThat(page.content()).doesNotContain("sk-first");
            reveal(page, "openai-prod", "sk-first");
            page.getByRole(AriaRole.BUTTON, named("Hide the credentials of openai-prod"))
                    .click();
            assertThat(page.locator("output")).hasText("••••••••");

            console.follow("New model");
            console.fill("Name", "gpt-4o");
            console.fill("Remote model name", "gpt-4o-2024-08-06");
            console.press("Create model");
            assertThat(page.locator("main")).containsText("Model gpt-4o was created.");
            assertThat(page.locator("main")).containsText(server.baseUrl() + "/v1/responses");
            console.press("Test");
            assertThat(page.locator("#response")).hasText("Hello from the scripted provider.");
            assertThat(page.locator("#outcome")).containsText("The model has responded");
            assertThat(page.locator("#outcome")).containsText("Time to first token");
            console.inspect("model-tested");
            console.follow("openai-prod");
            assertThat(page.locator(".facts")).containsText(Pattern.compile("Models\\s*1"));
            assertThat(page.getByRole(AriaRole.LINK, named("Test gpt-4o"))).isVisible();

            console.follow("Edit");
            console.fill("API key", "sk-second");
            console.press("Save");
            assertThat(page.locator("main")).containsText("LLM provider openai-prod was saved.");
            reveal(page, "openai-prod", "sk-second");

            console.follow("LLM providers");
            console.follow("openai-prod");
            console.follow("Delete…");
            assertThat(page.locator("main")).containsText("gpt-4o");
            console.press("Delete LLM provider");
            assertThat(page.locator("main")).containsText("Type exactly openai-prod.");
            console.fill("Type openai-prod to confirm", "openai-prod");
            console.press("Delete LLM provider");
            assertThat(page.locator("main")).containsText("LLM provider openai-prod was deleted.");
            console.follow("Models");
            assertThat(page.locator("main")).containsText("1 model is orphaned");
            page.getByRole(AriaRole.LINK, named("Choose another LLM provider for gpt-4o"))
                    .click();
        }
    }

    @Test
    void reservedHeadersAreRejectedWhileTyping() throws Exception {
        String organization = server.organization("Headers");
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/" + organization + "/llm-providers/new");
            console.press("Custom gateway");
            assertThat(console.field("API key")).isHidden();
            assertThat(page.locator("[name=header_name]")).hasCount(1);
            console.fill("Header name 1", "Transfer-Encoding");
            assertThat(page.locator(".rows")).containsText("Transfer-Encoding is managed by the proxy");
            console.inspect("llm-provider-new-headers");
            console.fill("Header name 1", "X-Gateway-Key");
            assertThat(page.locator(".rows")).not().containsText("managed");
            console.fill("Header value 1", "key-1");
            console.press("Add header");
            console.press("Add header");
            console.fill("Header name 2", "X-Odd");
            console.fill("Header name 3", "Host");
            console.fill("Header value 3", "elsewhere");
            console.press("Remove header 2");
            assertThat(console.field("Header name 2")).hasValue("Host");
            console.fill("Name", "gateway");
            console.fill("Endpoint", cloud.origin() + "/v1");
            console.press("Save");
            // The server's message is the same as the one during typing.
            assertThat(console.main()).containsText("Nothing was saved");
            assertThat(page.getByRole(AriaRole.ALERT).first())
                    .containsText("Header 2: Remove this header; Host is managed by the proxy.");
            assertThat(console.field("Header name 1")).hasValue("X-Gateway-Key");
            console.press("Remove header 2");
            console.fill("Header value 1", "key-1");
            console.press("Save");
            assertThat(page.locator("main")).containsText("LLM provider gateway was created.");
            reveal(page, "gateway", "X-Gateway-Key: key-1");
        }
    }

    @Test
    void rotatedKeyAppliesToTheNextCallNotARunningStream() throws Exception {
        String organization = server.organization("Rotation");
        String provider = provider(organization, "sk-first");
        String model = model(organization, provider, "gpt-4o");
        String root = "/organizations/" + organization;
        try (Console tester = Console.signedIn(browser, server, server.token());
                Console rotator = Console.signedIn(browser, server, server.token())) {
            tester.page().navigate(root + "/models/" + model);
            rotator.page().navigate(root + "/llm-providers/" + provider + "/edit");
            Locator response = tester.page().locator("#response");
            Locator outcome = tester.page().locator("#outcome");
            cloud.script("stall=within");
            tester.press("Test");
            assertThat(response).containsText("Hello", PATIENTLY);
            rotator.fill("API key", "sk-second");
            rotator.press("Save");
            assertThat(rotator.page().locator("main")).containsText("was saved.");
            assertThat(outcome).isEmpty();
            cloud.resume();
            assertThat(outcome).containsText("The model has responded", PATIENTLY);
            assertThat(response).hasText("Hello from the scripted provider.");
            Assertions.assertThat(key()).isEqualTo("Bearer sk-first");

            cloud.script("");
            // A saved change applies within a second.
            Instant deadline = Instant.now().plusSeconds(1);
            do {
                cloud.forget();
                tester.press("Test");
                assertThat(outcome).containsText("The model has responded", PATIENTLY);
            } while (key().equals("Bearer sk-first") && Instant.now().isBefore(deadline));
            Assertions.assertThat(key()).isEqualTo("Bearer sk-second");
        }
    }

    @Test
    void providersErrorIsShownVerbatimWithAnExplanation() throws Exception {
        String organization = server.organization("Errors");
        String model = model(organization, provider(organization, "sk-wrong"), "gpt-4o");
        try (Console console = Console.signedIn(browser, server, server.token())) {
            console.page().navigate("/organizations/" + organization + "/models/" + model);
            console.press("Test");
            Locator outcome = console.page().locator("#outcome");
            assertThat(outcome).containsText("The LLM provider rejected the credentials");
            assertThat(outcome).containsText("invalid_api_key");
            console.inspect("model-test-failed");
        }
    }

    @Test
    void secondEditorLosesNoInput() throws Exception {
        String organization = server.organization("Both");
        String path =
                "/organizations/" + organization + "/llm-providers/" + provider(organization, "sk-first") + "/edit";
        try (Console first = Console.signedIn(browser, server, server.token());
                Console second = Console.signedIn(browser, server, server.token())) {
            first.page().navigate(path);
            second.page().navigate(path);
            first.fill("Name", "by-the-first");
            first.press("Save");
            assertThat(first.main()).containsText("LLM provider by-the-first was saved.");
            second.fill("Name", "by-the-second");
            second.press("Save");
            assertThat(second.page().getByRole(AriaRole.ALERT).first()).containsText("changed name at");
            assertThat(second.field("Name")).hasValue("by-the-second");
            second.inspect("llm-provider-conflict");
            second.press("Save");
            assertThat(second.page().locator("main")).containsText("LLM provider by-the-second was saved.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llm-providers", "models"})
    void longListsKeepPageAndSearchInTheUrl(String kind) throws Exception {
        String organization = server.organization("Many " + kind);
        String provider = provider(organization, "sk-first");
        for (int i = 10; i < 40; i++) {
            Map<String, String> resource = kind.equals("models")
                    ? Map.of("name", "gpt-" + i, "provider_id", provider, "remote_model_name", "gpt-4o")
                    : Map.of(
                            "name", "gpt-" + i,
                            "endpoint", cloud.origin() + "/v1",
                            "protocol", "responses",
                            "auth_method", "bearer",
                            "token", "sk-first");
            server.create("/organizations/" + organization + "/" + kind, resource);
        }
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/" + organization + "/" + kind);
            Locator rows = page.locator("tbody tr");
            assertThat(rows).hasCount(25);
            console.follow("Next page");
            assertThat(rows).hasCount(kind.equals("models") ? 5 : 6);
            assertThat(page).hasURL(Pattern.compile("page="));
            page.reload();
            console.follow("First page");
            assertThat(rows).hasCount(25);
            console.fill("Search by name", "GPT-17");
            console.press("Search");
            assertThat(rows).hasCount(1);
            assertThat(page).hasURL(Pattern.compile("q=GPT-17$"));
            page.reload();
            assertThat(console.field("Search by name")).hasValue("GPT-17");
            console.follow("gpt-17");
            page.goBack();
            assertThat(rows).hasCount(1);
            console.fill("Search by name", "nothing like this");
            console.press("Search");
            assertThat(rows).hasCount(0);
            assertThat(console.main()).containsText("nothing like this");
        }
    }

    @Test
    void everythingWorksWithoutScripts() throws Exception {
        String organization = server.organization("Plain");
        try (Console console = Console.withoutScripts(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/" + organization + "/llm-providers/new");
            console.fill("Name", "gateway");
            console.press("Custom gateway");
            assertThat(console.field("Name")).hasValue("gateway");
            console.fill("Endpoint", cloud.origin() + "/v1");
            console.fill("Header name 1", "X-Gateway-Key");
            console.fill("Header value 1", "key-1");
            console.fill("Header name 2", "X-Team");
            console.fill("Header value 2", "payments");
            console.press("Save");
            assertThat(page.locator("main")).containsText("LLM provider gateway was created.");
            console.press("Reveal the credentials of gateway");
            assertThat(page.locator("main")).containsText("X-Gateway-Key: key-1");
            console.follow("Hide");
            console.follow("New model");
            console.fill("Name", "gpt-4o");
            console.fill("Remote model name", "gpt-4o");
            console.press("Create model");
            console.press("Test");
            assertThat(page.locator(".response")).hasText("Hello from the scripted provider.");
            assertThat(page.locator("main")).containsText("Time to first token");
        }
    }

    /** The key of the last received call. */
    private static String key() throws InterruptedException {
        ReceivedCall call = cloud.await(ReceivedCall::bodyEnded, PATIENCE);
        return call.headers().stream()
                .filter(header -> header.name().equalsIgnoreCase("authorization"))
                .map(Header::value)
                .findFirst()
                .orElseThrow();
    }

    private static void reveal(Page page, String provider, String value) {
        page.getByRole(AriaRole.BUTTON, named("Reveal the credentials of " + provider))
                .click();
        assertThat(page.locator("output")).hasText(value);
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static String provider(String organization, String key) throws IOException {
        return server.create(
                "organizations/" + organization + "/llm-providers",
                Map.of(
                        "name", "openai-prod",
                        "endpoint", cloud.origin() + "/v1",
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token", key));
    }

    private static String model(String organization, String provider, String remoteName) throws IOException {
        return server.create(
                "organizations/" + organization + "/models",
                Map.of("name", "gpt-4o", "provider_id", provider, "remote_model_name", remoteName));
    }
}
