package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
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
import java.util.regex.Pattern;

/** A person at the Console, in a window of their own. What the browser complains of fails the test when it is closed. */
final class Console implements AutoCloseable {
    private static final int HEIGHT = 800;
    private static final int NARROWEST = 320;
    private static final List<Integer> WIDTHS = List.of(1280, 375);

    private final BrowserContext window;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();

    private Console(BrowserContext window) {
        this.window = window;
        this.page = window.newPage();
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
        return open(browser, server, true);
    }

    /** Opens a window and signs in. */
    static Console signedIn(Browser browser, Server server, String token) throws IOException {
        return signIn(open(browser, server, true), token);
    }

    /** Opens a window in which no scripts run, and signs in. */
    static Console withoutScripts(Browser browser, Server server, String token) throws IOException {
        return signIn(open(browser, server, false), token);
    }

    private static Console open(Browser browser, Server server, boolean scripts) throws IOException {
        Console console = new Console(browser.chromium()
                .newContext(new NewContextOptions()
                        .setBaseURL(server.baseUrl())
                        .setJavaScriptEnabled(scripts)
                        .setViewportSize(WIDTHS.getFirst(), HEIGHT)));
        console.page.navigate("/");
        return console;
    }

    private static Console signIn(Console console, String token) {
        console.fill("API token", token);
        console.press("Sign in");
        return console;
    }

    /** What the window shows. */
    Page page() {
        return page;
    }

    void press(String button) {
        page.getByRole(AriaRole.BUTTON, named(button)).click();
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

    /** Looks at the page in both themes and widths, for a person and with axe: nothing is wrong, or cut off. */
    void inspect(String name) throws IOException {
        Path folder = Checkout.kept("screenshots");
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(theme));
            for (int width : WIDTHS) {
                page.setViewportSize(width, HEIGHT);
                String file = "%s-%s-%d.png".formatted(name, theme.name().toLowerCase(Locale.ROOT), width);
                page.screenshot(new Page.ScreenshotOptions()
                        .setPath(folder.resolve(file))
                        .setFullPage(true));
                assertThat(new AxeBuilder(page).analyze().getViolations())
                        .as(file)
                        .isEmpty();
                assertThat(page.evaluate("document.documentElement.scrollWidth"))
                        .as("%s needs no scrolling sideways", file)
                        .isEqualTo(width);
            }
        }
        page.setViewportSize(WIDTHS.getFirst(), HEIGHT);
    }

    /** Looks at the page where it is as narrow as it may be, which is 400 % zoom of a wide one: nothing is cut off. */
    void inspectNarrow(String name) throws IOException {
        page.setViewportSize(NARROWEST, HEIGHT);
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Checkout.kept("screenshots").resolve("%s-%d.png".formatted(name, NARROWEST)))
                .setFullPage(true));
        assertThat(page.evaluate("document.documentElement.scrollWidth"))
                .as("%s needs no scrolling sideways", name)
                .isEqualTo(NARROWEST);
        page.setViewportSize(WIDTHS.getFirst(), HEIGHT);
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
