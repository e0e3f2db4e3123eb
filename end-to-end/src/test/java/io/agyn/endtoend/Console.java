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

/** A person at the Console, in a window of their own. What the browser complains of fails the test when it is closed. */
final class Console implements AutoCloseable {
    private static final int HEIGHT = 800;
    private static final int WIDEST = 1280;
    private static final List<Integer> PICTURED = List.of(WIDEST, 375);
    private static final List<Integer> WIDTHS = List.of(WIDEST, 640, 375, 320);
    private static final String WELL_MADE = """
            () => {
              const wrong = [];
              const all = (selector) => [...document.querySelectorAll(selector)];
              for (const one of ["h1", "body > header", "main", "a.skip"]) {
                if (all(one).length !== 1) wrong.push(`${all(one).length} times ${one}`);
              }
              if (all("nav:not([aria-label])").length) wrong.push("a nav without a name");
              if (!/^\\S.* · Agyn$/s.test(document.title)) wrong.push(`the title ${document.title}`);
              for (const field of all("input:not([type=hidden]), select, textarea")) {
                if (!field.labels.length && !field.ariaLabel) wrong.push(`no label for ${field.outerHTML}`);
              }
              const ids = all("[id]").map((each) => each.id);
              ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => wrong.push(`twice the id ${id}`));
              for (const name of ["for", "aria-describedby", "aria-labelledby"]) {
                all(`[${name}]`)
                  .filter((each) => !each.getAttribute(name).split(" ").every((id) => ids.includes(id)))
                  .forEach((each) => wrong.push(`${name} leads nowhere from ${each.outerHTML}`));
              }
              all("a[href^='#']").filter((each) => !ids.includes(each.hash.slice(1)))
                .forEach((each) => wrong.push(`a link leads nowhere: ${each.outerHTML}`));
              return wrong;
            }""";
    private static final String TOO_WIDE = """
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
    private final List<String> complaints = new ArrayList<>();
    private final AtomicLong bytes = new AtomicLong();

    private Console(BrowserContext window) {
        this.window = window;
        this.page = window.newPage();
        CDPSession network = window.newCDPSession(page);
        network.on(
                "Network.loadingFinished",
                event -> bytes.addAndGet(event.get("encodedDataLength").getAsLong()));
        network.send("Network.enable");
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            // A form that is refused is answered with its status, which Chromium takes for an error, and what has not
            // been answered, htmx.
            if (message.type().equals("error")
                    && !message.text().startsWith("Failed to load resource")
                    && !message.text().startsWith("htmx:")) {
                complaints.add(message.text());
            }
        });
    }

    /** Opens a window at the sign-in. */
    static Console open(Browser browser, Server server) throws IOException {
        return open(browser, server.baseUrl(), true);
    }

    /** Opens a window at the other end of a line, and signs in. */
    static Console signedIn(Browser browser, Line line, String token) {
        return open(browser, line.baseUrl(), true).signIn(token);
    }

    /** Opens a window and signs in. */
    static Console signedIn(Browser browser, Server server, String token) throws IOException {
        return open(browser, server.baseUrl(), true).signIn(token);
    }

    /** Opens a window in which no scripts run, and signs in. */
    static Console withoutScripts(Browser browser, Server server, String token) throws IOException {
        return open(browser, server.baseUrl(), false).signIn(token);
    }

    private static Console open(Browser browser, String baseUrl, boolean scripts) {
        Console console = new Console(browser.chromium()
                .newContext(new NewContextOptions()
                        .setBaseURL(baseUrl)
                        .setJavaScriptEnabled(scripts)
                        .setViewportSize(WIDEST, HEIGHT)));
        console.page.navigate("/");
        return console;
    }

    Console signIn(String token) {
        fill("API token", token);
        press("Sign in");
        return this;
    }

    /** What the window shows. */
    Page page() {
        return page;
    }

    /** How many bytes have come over the wire so far, headers and all. */
    long bytes() {
        return bytes.get();
    }

    void press(String button) {
        page.getByRole(AriaRole.BUTTON, named(button)).click();
    }

    /** Presses the eye: the page has one. */
    void reveal() {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Reveal")))
                .click();
    }

    /** Follows a link, the first of its words; behind them may stand, for screen readers alone, what it is about. */
    void follow(String link) {
        // Pattern.quote is not for the browser's patterns.
        Pattern name = Pattern.compile("^" + link.replaceAll("\\W", "\\\\$0") + "( .+)?$");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name))
                .first()
                .click();
    }

    /** Types into the field of a label. */
    void fill(String label, String text) {
        field(label).fill(text);
    }

    /** Chooses in the field of a label. */
    void choose(String label, String option) {
        field(label).selectOption(new SelectOption().setLabel(option));
    }

    /** The field of a label, which may say that the field is optional. */
    Locator field(String label) {
        return page.getByLabel(Pattern.compile("^" + label + "( \\(optional\\))?$"));
    }

    /** The page's one title. */
    Locator heading() {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
    }

    /** What the page is about, without what stands around it on all pages. */
    Locator main() {
        return page.locator("main");
    }

    /**
     * Looks at the page in both themes, for a person and with axe: nothing is wrong, and from wide to narrow, as from 100 to
     * 400 % zoom, nothing is cut off.
     */
    void inspect(String name) throws IOException {
        assertWellMade(name);
        Path folder = Checkout.kept("screenshots");
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(theme));
            for (int width : PICTURED) {
                page.setViewportSize(width, HEIGHT);
                String file = "%s-%s-%d.png".formatted(name, theme.name().toLowerCase(Locale.ROOT), width);
                page.screenshot(new Page.ScreenshotOptions()
                        .setPath(folder.resolve(file))
                        .setFullPage(true));
            }
            // Light where it is narrow, dark where it is wide: axe takes longer than all the rest.
            page.setViewportSize(theme == ColorScheme.LIGHT ? PICTURED.getLast() : PICTURED.getFirst(), HEIGHT);
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

    /** One title, the landmarks, a label for each field, and no reference that leads nowhere. */
    @SuppressWarnings("unchecked")
    void assertWellMade(String name) {
        assertThat((List<String>) page.evaluate(WELL_MADE)).as(name).isEmpty();
    }

    /** However narrow it is, the page needs no scrolling sideways; what does is named. */
    @SuppressWarnings("unchecked")
    void assertFitsAllWidths(String name) {
        for (int width : WIDTHS) {
            page.setViewportSize(width, HEIGHT);
            assertThat((List<String>) page.evaluate(TOO_WIDE))
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
        assertThat(complaints).isEmpty();
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }
}
