package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PageAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.agyn.keycloak.Keycloak;
import io.agyn.keycloak.KeycloakRealm;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sign-in to the Console with a real Keycloak in a real browser. */
@Timeout(300)
class ConsoleSignInIT {
    // Keycloak renders its first page slowly.
    private static final double PATIENCE = 90_000;

    private static Keycloak keycloak;
    private static KeycloakRealm realm;
    private static Server server;
    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        keycloak = Keycloak.shared();
        realm = keycloak.createRealm();
        server = Server.start(folder, realm.variables(folder));
        realm.register(server.baseUrl());
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
    void userSignsInAtTheRequestedPageAndOut() throws Exception {
        realm.createUser("ada", true);
        try (Console console = Console.open(browser, server)) {
            Page page = console.page();
            console.inspect("sign-in-provider");
            page.navigate("/tokens");
            assertThat(page.getByRole(AriaRole.LINK, named("Sign in with Acme")))
                    .isVisible();
            enter(console, "ada");
            assertThat(page).hasURL(Pattern.compile("/tokens$"), slowly());
            assertThat(page.locator(".menu.user summary")).hasText("Ada Example");

            page.locator(".menu.user summary").click();
            console.press("Sign out");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("You are signed out.", slowlyVisible());
            page.navigate("/tokens");
            assertThat(page).hasURL(Pattern.compile("/sign-in"));
            // The session at Keycloak has ended too: it asks for the password again.
            console.follow("Sign in with Acme");
            assertThat(page.locator("#password")).isVisible(visible());
        }
    }

    @Test
    void logoutAtTheProviderEndsTheSession() throws Exception {
        String id = realm.createUser("grace", true);
        try (Console console = Console.open(browser, server)) {
            Page page = console.page();
            enter(console, "grace");
            assertThat(page.locator(".menu.user summary")).hasText("Grace Example", slowlyVisible());
            realm.logOut(id);
            page.navigate("/tokens");
            assertThat(page).hasURL(Pattern.compile("/sign-in"));
        }
    }

    @Test
    void formIsKeptWhenTheSessionEnds() throws Exception {
        String id = realm.createUser("heidi", true);
        try (Console console = Console.open(browser, server)) {
            Page page = console.page();
            enter(console, "heidi");
            assertThat(page.locator(".menu.user summary")).hasText("Heidi Example", slowlyVisible());
            page.navigate("/tokens/new");
            console.fill("Description", "Typed before the session ended");
            realm.logOut(id);
            console.press("Create API token");
            assertThat(page.locator("#trouble")).containsText("Your session has ended");
            Page other = page.waitForPopup(() -> page.getByRole(AriaRole.LINK, named("sign in again in another tab"))
                    .click());
            other.getByRole(AriaRole.LINK, named("Sign in with Acme")).click();
            other.locator("#username").fill("heidi");
            other.locator("#password").fill(realm.password());
            other.locator("#kc-login").click();
            assertThat(other.getByRole(AriaRole.HEADING, named("You are signed in")))
                    .isVisible(visible());
            other.close();
            // Playwright's pages always have the focus, so that returning to one is no event.
            page.evaluate("window.dispatchEvent(new Event('focus'))");
            assertThat(page.locator("#trouble")).containsText("You are signed in again");
            assertThat(console.field("Description")).hasValue("Typed before the session ended");
            console.press("Create API token");
            assertThat(console.heading()).hasText("API token created");
        }
    }

    @Test
    void tokenSignInStaysAvailable() throws Exception {
        try (Console console = Console.open(browser, server)) {
            console.signIn(server.token());
            assertThat(console.page().locator(".menu.user")).isVisible();
        }
    }

    @Test
    void signInSaysThatTheProviderIsUnavailable() throws Exception {
        realm.createUser("carol", true);
        try (Console signedIn = Console.open(browser, server);
                Console console = Console.open(browser, server)) {
            enter(signedIn, "carol");
            assertThat(signedIn.page().locator(".menu.user summary")).hasText("Carol Example", slowlyVisible());
            keycloak.pause();
            try {
                // The server believes for ten seconds that a provider that responded is available.
                Thread.sleep(11_000);
                console.follow("Sign in with Acme");
                assertThat(console.heading()).hasText("The identity provider is unavailable", slowlyVisible());
                console.inspect("sign-in-unavailable");
                signedIn.page().navigate("/tokens");
                assertThat(signedIn.heading()).hasText("API tokens");
            } finally {
                keycloak.resume();
            }
        }
    }

    private static void enter(Console console, String username) {
        Page page = console.page();
        console.follow("Sign in with Acme");
        assertThat(page.locator("#username")).isVisible(visible());
        page.locator("#username").fill(username);
        page.locator("#password").fill(realm.password());
        page.locator("#kc-login").click();
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }

    private static PageAssertions.HasURLOptions slowly() {
        return new PageAssertions.HasURLOptions().setTimeout(PATIENCE);
    }

    private static LocatorAssertions.HasTextOptions slowlyVisible() {
        return new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE);
    }

    private static LocatorAssertions.IsVisibleOptions visible() {
        return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE);
    }
}
