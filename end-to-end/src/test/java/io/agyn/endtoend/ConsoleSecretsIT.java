package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets in the Console. */
class ConsoleSecretsIT {
    private static Server server;
    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = Server.start(folder);
        browser = Browser.start();
    }

    @AfterAll
    static void stop() throws Exception {
        try (Server ended = server;
                Browser closed = browser) {
            // Closes the started parts.
        }
    }

    @Test
    void secretIsCreatedRevealedChangedAndDeleted() throws Exception {
        server.organization("Another");
        try (Console console = Console.open(browser, server)) {
            Page page = console.page();
            console.inspect("sign-in");
            console.fill("API token", "agyn_wrong");
            console.press("Sign in");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("mistyped, unknown or revoked");
            console.inspect("sign-in-rejected");
            console.fill("API token", server.token());
            console.press("Sign in");

            assertThat(page.getByRole(AriaRole.HEADING, level(1))).hasText("Organizations");
            console.follow("New organization");
            console.fill("Name", "Acme");
            console.press("Create organization");
            assertThat(page).hasURL(Pattern.compile("/organizations/acme$"));

            console.follow("Secrets");
            console.follow("New secret");
            console.press("Create secret");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("Must have 1 to 128 characters");
            console.inspect("secret-new-rejected");
            console.fill("Name", "openai-api-key");
            console.fill("Value", "sk-first");
            console.press("Create secret");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Secret openai-api-key was created.");

            reveal(console, "sk-first");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Hide the value of openai-api-key"))
                    .click();
            assertThat(page.locator("output")).hasText("••••••••");

            console.follow("openai-api-key");
            console.fill("New value", "sk-second");
            console.fill("Description", "Rotated by the Console.");
            console.press("Save");
            assertThat(page.locator("main")).containsText("Secret openai-api-key was saved.");
            reveal(console, "sk-second");

            console.follow("Delete…");
            console.press("Delete secret");
            assertThat(page.locator("main")).containsText("Secret openai-api-key was deleted.");
        }
    }

    @Test
    void revealedValueHidesAutomatically() throws Exception {
        String organization = server.organization("Hiding");
        secret(organization, "key", "sk-hides");
        try (Console console = Console.signedIn(browser, server, server.token())) {
            console.page().clock().install();
            console.page().navigate("/organizations/" + organization + "/secrets");
            reveal(console, "sk-hides");
            // The script has started its timer when the button offers to hide.
            assertThat(console.page()
                            .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Hide the value of key")))
                    .isVisible();
            console.page().clock().fastForward(31_000);
            assertThat(console.page().locator("output")).hasText("••••••••");
            org.assertj.core.api.Assertions.assertThat(console.page().content()).doesNotContain("sk-hides");
        }
    }

    @Test
    void secondEditorLosesNoInput() throws Exception {
        String organization = server.organization("Conflict");
        String path = "/organizations/" + organization + "/secrets/" + secret(organization, "key", "sk");
        try (Console first = Console.signedIn(browser, server, server.token());
                Console second = Console.signedIn(browser, server, server.token())) {
            first.page().navigate(path);
            second.page().navigate(path);
            first.fill("Description", "by the first");
            first.press("Save");
            assertThat(first.main()).containsText("Secret key was saved.");
            second.fill("Description", "by the second");
            second.press("Save");
            assertThat(second.page().getByRole(AriaRole.ALERT).first()).containsText("changed description at");
            assertThat(second.page().getByLabel("Description")).hasValue("by the second");
            assertThat(second.page().locator(".stored")).hasText("Stored now: by the first");
            second.inspect("secret-conflict");
            second.press("Save");
            assertThat(second.page().getByLabel("Description")).hasValue("by the second");
        }
    }

    private static void reveal(Console console, String value) {
        console.reveal();
        Locator shown = console.page().locator("output");
        assertThat(shown).hasText(value, new LocatorAssertions.HasTextOptions().setTimeout(5_000));
    }

    private static Page.GetByRoleOptions level(int level) {
        return new Page.GetByRoleOptions().setLevel(level);
    }

    private static String secret(String organization, String name, String value) throws IOException {
        return server.create("/organizations/" + organization + "/secrets", Map.of("name", name, "value", value));
    }
}
