package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.util.ArrayList;
import java.util.List;

/** A keyboard user, who moves with Tab and must see the focus at every stop. */
final class Keyboard {
    private static final int MOST_STOPS = 100;
    private static final String BEGINNING = "the beginning";

    // The accessible name of the focused element; or "!" and the reason why its focus is not visible.
    private static final String STOP = """
            () => {
              const stop = document.activeElement;
              if (!stop || stop === document.body) return "the beginning";
              const name = (stop.ariaLabel ?? stop.labels?.[0]?.textContent ?? stop.textContent).trim();
              const style = getComputedStyle(stop);
              const box = stop.getBoundingClientRect();
              const isShown = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
              if (!isShown) return `!${name} is out of sight: ${stop.outerHTML}`;
              if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `!${name} shows no focus: ${stop.outerHTML}`;
              return name;
            }""";
    private static final String STOPS = """
            () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
              .filter((each) => each.type !== "hidden" && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true })).length""";

    private final Console console;
    private final Page page;

    Keyboard(Console console) {
        this.console = console;
        this.page = console.page();
    }

    /** Tabs to the element whose name is or starts with this one. */
    Keyboard to(String name) {
        List<String> passed = new ArrayList<>();
        String stop = next();
        while (!stop.equals(name) && !stop.startsWith(name + " ")) {
            passed.add(stop);
            assertThat(passed).as("stops before %s", name).hasSizeLessThan(MOST_STOPS);
            stop = next();
        }
        return this;
    }

    /** Tabs to a link, presses Enter, and expects the page with a title. */
    void follow(String name, String title) {
        to(name).press("Enter");
        arrive(title);
    }

    /** Expects the page with this title. */
    void arrive(String title) {
        PlaywrightAssertions.assertThat(console.heading()).containsText(title);
    }

    /** Tabs to an element and presses Enter. */
    void enter(String name) {
        to(name).press("Enter");
    }

    /** Tabs to an element and presses Space. */
    void space(String name) {
        to(name).press("Space");
    }

    /** Tabs to a field and replaces its text. */
    Keyboard type(String label, String text) {
        to(label).press("ControlOrMeta+a");
        page.keyboard().type(text);
        return this;
    }

    void press(String key) {
        page.keyboard().press(key);
    }

    /** Asserts that Tab reaches every control of the page once and then returns to its start. */
    void assertReachesAll() {
        passRest();
        assertThat(passRest()).as("stops of %s", page.url()).hasSize((Integer) page.evaluate(STOPS));
    }

    private List<String> passRest() {
        List<String> passed = new ArrayList<>();
        for (String stop = next(); !stop.equals(BEGINNING); stop = next()) {
            passed.add(stop);
            assertThat(passed).as("the rest of %s", page.url()).hasSizeLessThan(MOST_STOPS);
        }
        return passed;
    }

    private String next() {
        press("Tab");
        String stop = (String) page.evaluate(STOP);
        assertThat(stop).doesNotStartWith("!");
        return stop;
    }
}
