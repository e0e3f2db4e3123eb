package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.SelectOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** A user of the Console, in a separate browser window. Errors in the browser fail the test on close. */
final class Console implements AutoCloseable {
    private static final int HEIGHT = 800;
    private static final int WIDEST = 1280;
    private static final List<Integer> SCREENSHOT_WIDTHS = List.of(WIDEST, 375);
    private static final List<Integer> WIDTHS = List.of(WIDEST, 640, 375, 320);
    private static final String STRUCTURE_VIOLATIONS = """
            () => {
              const violations = [];
              const all = (selector) => [...document.querySelectorAll(selector)];
              for (const one of ["h1", "body > header", "main", "a.skip"]) {
                if (all(one).length !== 1) violations.push(`${all(one).length} elements ${one}`);
              }
              if (all("nav:not([aria-label])").length) violations.push("a nav without a name");
              if (!/^\\S.* · Agyn$/s.test(document.title)) violations.push(`the title ${document.title}`);
              for (const field of all("input:not([type=hidden]), select, textarea")) {
                if (!field.labels.length && !field.ariaLabel) violations.push(`no label for ${field.outerHTML}`);
              }
              const ids = all("[id]").map((each) => each.id);
              ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => violations.push(`duplicate id ${id}`));
              for (const name of ["for", "aria-describedby", "aria-labelledby"]) {
                all(`[${name}]`)
                  .filter((each) => !each.getAttribute(name).split(" ").every((id) => ids.includes(id)))
                  .forEach((each) => violations.push(`${name} refers to a missing id: ${each.outerHTML}`));
              }
              all("a[href^='#']").filter((each) => !ids.includes(each.hash.slice(1)))
                .forEach((each) => violations.push(`link to a missing id: ${each.outerHTML}`));
              return violations;
            }""";
    private static final String OVERFLOWING_ELEMENTS = """
            () => {
              const room = document.documentElement.clientWidth;
              const scrolls = (each) => each && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
              return document.documentElement.scrollWidth <= room ? [] : [...document.querySelectorAll("body *")]
                .filter((each) => each.getBoundingClientRect().right > room && !scrolls(each.parentElement))
                .map((each) => `${each.getBoundingClientRect().right}: ${each.outerHTML.slice(0, 200)}`)
                .concat([`${document.documentElement.scrollWidth} for ${room}`]);
            }""";

    private final BrowserContext window;
    private final Page page;
    private final List<String> browserErrors = new ArrayList<>();
    private final AtomicLong bytes = new AtomicLong();

    private Console(BrowserContext window) {
        this.window = window;
        this.page = window.newPage();
        CDPSession network = window.newCDPSession(page);
        network.on(
                "Network.loadingFinished",
                event -> bytes.addAndGet(event.get("encodedDataLength").getAsLong()));
        network.send("Network.enable");
        page.onPageError(browserErrors::add);
        page.onConsoleMessage(message -> {
            // Expected: Chromium logs an error for the status of a rejected form, and htmx one for a lost request.
            if (message.type().equals("error")
                    && !message.text().startsWith("Failed to load resource")
                    && !message.text().startsWith("htmx:")) {
                browserErrors.add(message.text());
            }
        });
    }

    /** Opens a window with the sign-in page. */
    static Console open(Browser browser, Server server) throws IOException {
        return open(browser, server.baseUrl(), true);
    }

    /** Opens a window that reaches the server through a relay, and signs in. */
    static Console signedIn(Browser browser, TcpRelay relay, String token) {
        return open(browser, relay.baseUrl(), true).signIn(token);
    }

    /** Opens a window and signs in. */
    static Console signedIn(Browser browser, Server server, String token) throws IOException {
        return open(browser, server.baseUrl(), true).signIn(token);
    }

    /** Opens a window without JavaScript, and signs in. */
    static Console withoutScripts(Browser browser, Server server, String token) throws IOException {
        return open(browser, server.baseUrl(), false).signIn(token);
    }

    private static Console open(Browser browser, String baseUrl, boolean scripts) {
        Console console = new Console(browser.chromium()
                .newContext(new NewContextOptions()
                        .setBaseURL(baseUrl)
                        .setJavaScriptEnabled(scripts)
                        .setViewportSize(WIDEST, HEIGHT)));
        // Not "/": its redirect by Refresh can interrupt the navigation that Playwright waits for.
        console.page.navigate("/sign-in");
        return console;
    }

    Console signIn(String token) {
        // Behind the button of an identity provider, if one is configured.
        Locator other = page.getByText("Use an API token");
        if (other.count() > 0) {
            other.click();
        }
        fill("API token", token);
        press("Sign in");
        return this;
    }

    Page page() {
        return page;
    }

    /** The bytes received over the network so far, with headers. */
    long bytes() {
        return bytes.get();
    }

    void press(String button) {
        page.getByRole(AriaRole.BUTTON, named(button)).click();
    }

    /** Presses the page's only reveal button. */
    void reveal() {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Reveal")))
                .click();
    }

    /** Follows the first link whose text starts so; screen readers may get more text after it. */
    void follow(String link) {
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(withOptionalEnd(link, " .+")))
                .first()
                .click();
    }

    /** Fills the field with a label. */
    void fill(String label, String text) {
        field(label).fill(text);
    }

    /** Selects an option in the field with a label. */
    void choose(String label, String option) {
        field(label).selectOption(new SelectOption().setLabel(option));
    }

    /** The field with a label, with or without "(optional)". */
    Locator field(String label) {
        return page.getByLabel(withOptionalEnd(label, " \\(optional\\)"));
    }

    Locator heading() {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
    }

    /** The content of the page, without header and navigation. */
    Locator main() {
        return page.locator("main");
    }

    /**
     * Checks the page with axe in both themes, saves screenshots, and asserts that nothing is cut off at any width (narrow
     * widths are the same as up to 400 % zoom).
     */
    void inspect(String name) throws IOException {
        assertStructure(name);
        Path folder = Checkout.kept("screenshots");
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(theme));
            for (int width : SCREENSHOT_WIDTHS) {
                page.setViewportSize(width, HEIGHT);
                String file = "%s-%s-%d.png".formatted(name, theme.name().toLowerCase(Locale.ROOT), width);
                page.screenshot(new Page.ScreenshotOptions()
                        .setPath(folder.resolve(file))
                        .setFullPage(true));
            }
            // Only light and narrow, and dark and wide: axe takes longer than all other checks.
            page.setViewportSize(
                    theme == ColorScheme.LIGHT ? SCREENSHOT_WIDTHS.getLast() : SCREENSHOT_WIDTHS.getFirst(), HEIGHT);
            assertThat(new AxeBuilder(page)
                            .options(violations())
                            .setLegacyMode(true)
                            .analyze()
                            .getViolations())
                    .as("%s, %s", name, theme)
                    .isEmpty();
        }
        assertFitsAllWidths(name);
    }

    /** Asserts one h1, the landmarks, a label for each field, and no dangling references. */
    @SuppressWarnings("unchecked")
    void assertStructure(String name) {
        assertThat((List<String>) page.evaluate(STRUCTURE_VIOLATIONS)).as(name).isEmpty();
    }

    /** Asserts that no width needs horizontal scrolling; lists the elements that are too wide. */
    @SuppressWarnings("unchecked")
    void assertFitsAllWidths(String name) {
        for (int width : WIDTHS) {
            page.setViewportSize(width, HEIGHT);
            assertThat((List<String>) page.evaluate(OVERFLOWING_ELEMENTS))
                    .as("%s, %d pixels wide", name, width)
                    .isEmpty();
        }
        page.setViewportSize(WIDEST, HEIGHT);
    }

    private static AxeRunOptions violations() {
        AxeRunOptions options = new AxeRunOptions();
        options.setResultTypes(List.of("violations"));
        return options;
    }

    @Override
    public void close() {
        window.close();
        assertThat(browserErrors).isEmpty();
    }

    /** Matches a text, alone or with an end that a pattern describes. */
    private static Pattern withOptionalEnd(String text, String end) {
        // The browser's patterns do not support Pattern.quote.
        return Pattern.compile("^" + text.replaceAll("[.*+?^${}()|\\[\\]\\\\/]", "\\\\$0") + "(" + end + ")?$");
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }
}
