package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import io.agyn.endtoend.ConsolePages.Listed;
import io.agyn.endtoend.SampleOrganization.Role;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page of the Console is accessible, small, escapes names, and has no links beyond the user's permissions. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ConsoleEveryPageIT {
    private static final long PAGE_BYTES = 15 * 1024;
    private static final long FIRST_BYTES = 100 * 1024;
    // The forms that a member may submit on any page.
    private static final String MEMBER_FORMS = "/sign-out|/account|/organizations/new|.*/models/[^/]+/test"
            + "|(/organizations/acme)?/tokens/(new|[^/]+/(edit|revoke))";

    // 127 characters; the test appends one more.
    private static final Map<String, String> NAMES = Map.of(
            "odd",
            "<script>ran=1</script><img src=x onerror=ran=1> \"'>&amp;{title} \u200F\u202Egnp.exe" + "🔑".repeat(54),
            "emoji",
            "🔑".repeat(127));
    private static final Set<String> SECOND = Set.of("gateway", "o3-mini", "anthropic-api-key");
    // Ignores text at the end of a line and text for screen readers.
    private static final String REVERSED_TEXT = """
            () => {
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              const found = [];
              while (texts.nextNode()) {
                const text = texts.currentNode;
                const beside = text.data.replace(/\u2068[^\u2069]*\u2069/g, "");
                if (/[\u200f\u202e]/.test(beside) && !text.parentElement.closest("bdi, .hidden, label, option, pre, textarea")) {
                  found.push(text.parentElement.outerHTML.slice(0, 300));
                }
              }
              return found;
            }""";

    private static ScriptedProvider cloud;
    private static Server server;
    private static Browser browser;
    private static SampleOrganization acme;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        cloud = ScriptedProvider.start();
        server = Server.start(folder);
        browser = Browser.start();
        acme = SampleOrganization.create(server, cloud, "acme", UnaryOperator.identity());
    }

    @AfterAll
    static void stop() throws Exception {
        try (ScriptedProvider gone = cloud;
                Server ended = server;
                Browser closed = browser) {
            // Closes the started parts.
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPageIsAccessibleAndLinksOnlyToAllowedPages(Role role) throws Exception {
        Set<String> links = new TreeSet<>();
        Set<String> forms = new TreeSet<>();
        Set<String> pages = new TreeSet<>();
        try (Console console = Console.open(browser, server)) {
            assertThat(console.bytes())
                    .as("the first page with styles and scripts, less the largest page")
                    .isBetween(20_000L, FIRST_BYTES - PAGE_BYTES);
            console.signIn(acme.person(role).token());
            for (Listed listed : ConsolePages.of(acme, role)) {
                long before = console.bytes();
                Response response = console.page().navigate(listed.path());
                assertThat(console.bytes() - before).as("bytes of %s", listed).isBetween(500L, PAGE_BYTES);
                boolean maySee = role.compareTo(listed.lowest()) >= 0;
                assertThat(response.status()).as("%s for %s", listed, role).isEqualTo(maySee ? 200 : 403);
                if (maySee) {
                    links.addAll(all(console.page(), "a[href]:not([href^='#'])", "href"));
                    pages.addAll(all(console.page(), "a[href^='/']:not([download])", "href"));
                    forms.addAll(all(console.page(), "form[method=post][action]", "action"));
                    lookAt(console, listed.name(), role);
                } else {
                    assertThat(console.heading()).hasText("Permission denied");
                }
            }
            for (String link : links) {
                assertThat(console.page().request().get(link).status())
                        .as("%s for %s", link, role)
                        .isEqualTo(200);
            }
        }
        assertThat(pages.stream().map(ConsoleEveryPageIT::withoutIds))
                .as("linked pages; add missing ones to ConsolePages")
                .isSubsetOf(ConsolePages.of(acme, role).stream()
                        .map(listed -> withoutIds(listed.path()))
                        .toList());
        if (role == Role.MEMBER) {
            assertThat(forms).allMatch(form -> form.matches(MEMBER_FORMS));
        }
    }

    private static String withoutIds(String path) {
        return path.replaceFirst("[?#].*", "")
                .replaceFirst("^/organizations/(?!new$)[^/]+", "/organizations/{slug}")
                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "{id}");
    }

    private static void lookAt(Console console, String name, Role role) throws IOException {
        switch (role) {
            case ADMINISTRATOR -> console.inspect(name);
            case MEMBER -> console.inspect("as-member-" + name);
            // The administrator's pages, with fewer elements.
            case OWNER -> {
                console.assertStructure(name);
                console.assertFitsAllWidths(name);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd", "emoji"})
    void namesAreShownVerbatimAndNeverRun(String slug) throws Exception {
        String name = NAMES.get(slug);
        // The last character distinguishes the two resources of a kind.
        SampleOrganization sample =
                SampleOrganization.create(server, cloud, slug, usual -> name + (SECOND.contains(usual) ? "🗝" : "🔑"));
        try (Console console = Console.signedIn(
                browser, server, sample.person(Role.ADMINISTRATOR).token())) {
            Page page = console.page();
            for (Listed listed : ConsolePages.of(sample, Role.ADMINISTRATOR)) {
                page.navigate(listed.path());
                if (listed.names()) {
                    assertThat(console.main()).containsText(name);
                }
                assertThat(page.evaluate("'ran' in window"))
                        .as("%s ran a name as a script", listed.name())
                        .isEqualTo(false);
                assertThat(page.evaluate(REVERSED_TEXT))
                        .as("%s lets a name reverse the text beside it", listed.name())
                        .isEqualTo(List.of());
                console.assertStructure(listed.name());
                console.assertFitsAllWidths(listed.name());
            }
        }
    }

    @Test
    void emptyListsShowTheFirstStep() throws Exception {
        server.create("/organizations", Map.of("name", "Empty", "slug", "empty"));
        try (Console console = Console.signedIn(browser, server, server.token())) {
            for (String list : List.of(
                    "",
                    "/llm-providers",
                    "/models",
                    "/secrets",
                    "/secret-providers",
                    "/members",
                    "/tokens",
                    "/usage")) {
                console.page().navigate("/organizations/empty" + list);
                console.inspect(list.isEmpty() ? "first-steps" : list.substring(1) + "-empty");
            }
        }
    }

    @Test
    void secondEditorSeesTheFirstEditorsChanges() throws Exception {
        SampleOrganization both = SampleOrganization.create(server, cloud, "both", UnaryOperator.identity());
        String in = "/organizations/" + both.organization();
        String model = "/models/" + both.model();
        String member = "/members/" + both.person(Role.MEMBER).id();
        String user = "/users/" + both.person(Role.OWNER).id();
        try (Console console = Console.signedIn(browser, server, server.token())) {
            conflict(console, in, "", "name", Map.of("name", "Acme AG"));
            conflict(
                    console,
                    in + model,
                    "/edit",
                    "remote model name",
                    Map.of("name", "gpt-4o", "provider_id", both.provider(), "remote_model_name", "gpt-4o"));
            conflict(
                    console,
                    in + "/secret-providers/" + both.secretProvider(),
                    "/edit",
                    "address",
                    Map.of(
                            "name",
                            "vault-prod",
                            "description",
                            "Of the platform team.",
                            "type",
                            "vault",
                            "config",
                            Map.of("address", "http://127.0.0.1:9/elsewhere")));
            conflict(console, in + member, "", "role", Map.of("role", "owner"));
            conflict(
                    console,
                    user,
                    "",
                    "name",
                    Map.of("name", "Ada L.", "email", "owner@both.example", "role", "user", "state", "active"));
        }
    }

    private static void conflict(Console console, String path, String form, String changed, Map<String, ?> body)
            throws IOException {
        console.page().navigate(path + form);
        server.request().body(body).put(path).then().statusCode(200);
        console.press("Save");
        assertThat(console.main()).containsText("Someone else has changed this");
        assertThat(console.main()).containsText("changed " + changed);
        console.inspect("conflict-of-" + changed.replace(' ', '-'));
    }

    @Test
    void pagesThatDifferWithoutScriptsAreAccessible() throws Exception {
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.route("**/*.js*", Route::abort);
            page.navigate(acme.root() + "/secrets/" + acme.secret());
            console.reveal();
            assertThat(console.main()).containsText("sk-1");
            console.inspect("secret-revealed");
            page.navigate(acme.root() + "/llm-providers/" + acme.gateway());
            console.reveal();
            assertThat(console.main()).containsText("X-Gateway-Key: key-1");
            console.inspect("llm-provider-revealed");
            page.navigate(acme.root() + "/models/" + acme.model());
            console.press("Test");
            assertThat(console.main()).containsText("Hello from the scripted provider.");
            console.inspect("model-tested-plain");
            console.fill("Prompt", "");
            console.press("Test again");
            assertThat(console.main()).containsText("Nothing was sent");
            console.inspect("model-test-rejected");
        }
    }

    @Test
    void missingAndForbiddenPagesAreReported() throws Exception {
        try (Console console =
                Console.signedIn(browser, server, acme.person(Role.MEMBER).token())) {
            Page page = console.page();
            assertThat(page.navigate(acme.root() + "/secrets/new").status()).isEqualTo(403);
            console.inspect("forbidden");
            for (String path :
                    List.of("/organizations/nobody", acme.root() + "/models/" + UUID.randomUUID(), "/users/x")) {
                assertThat(page.navigate(path).status()).as(path).isEqualTo(404);
                assertThat(console.heading()).hasText("Page not found");
            }
            console.inspect("not-found");
        }
    }

    @Test
    void linkFromAnotherSiteOpensThePage() throws Exception {
        try (Console console =
                Console.signedIn(browser, server, acme.person(Role.MEMBER).token())) {
            Page page = console.page();
            String secrets = server.baseUrl() + acme.root() + "/secrets";
            page.navigate("about:blank");
            page.setContent("<a href='%s'>Look</a>".formatted(secrets));
            page.getByText("Look").click();
            assertThat(console.heading()).hasText("Secrets");

            // The intermediate page disappears at once, unless the test holds it.
            page.context().clearCookies();
            page.route(secrets, ConsoleEveryPageIT::holdIntermediatePage);
            page.navigate(secrets);
            assertThat(console.heading()).hasText("One moment");
            console.inspect("from-elsewhere");
        }
    }

    private static void holdIntermediatePage(Route route) {
        Map<String, String> asked = new HashMap<>(route.request().headers());
        asked.put("sec-fetch-site", "cross-site");
        APIResponse response = route.fetch(new Route.FetchOptions().setHeaders(asked));
        Map<String, String> headers = new HashMap<>(response.headers());
        assertThat(headers.remove("refresh")).isEqualTo("0");
        headers.keySet().removeAll(Set.of("content-encoding", "content-length"));
        route.fulfill(new Route.FulfillOptions().setHeaders(headers).setBodyBytes(response.body()));
    }

    @SuppressWarnings("unchecked")
    private static List<String> all(Page page, String selector, String attribute) {
        return (List<String>) page.evaluate(
                "([selector, name]) => [...document.querySelectorAll(selector)].map((each) => each.getAttribute(name))",
                List.of(selector, attribute));
    }
}
