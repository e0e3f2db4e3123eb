package io.agyn.endtoend;

import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The installed Chromium, driven by Playwright. */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private final Playwright playwright = Playwright.create();
    private final com.microsoft.playwright.Browser chromium;

    private Browser(Path program) {
        chromium = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(program)
                        // Chromium's sandbox does not run as root.
                        .setArgs(System.getProperty("user.name").equals("root") ? List.of("--no-sandbox") : List.of()));
    }

    /** Starts the Chromium at CHROMIUM_PATH, or the first one on the PATH. */
    static Browser start() {
        return new Browser(Optional.ofNullable(System.getenv("CHROMIUM_PATH"))
                .filter(path -> !path.isEmpty())
                .map(Path::of)
                .or(Browser::onPath)
                .orElseThrow(() -> new AssertionError(
                        "Chromium not found: run `make test`, which says how to install it, or set CHROMIUM_PATH.")));
    }

    com.microsoft.playwright.Browser chromium() {
        return chromium;
    }

    @Override
    public void close() {
        playwright.close();
    }

    private static Optional<Path> onPath() {
        return NAMES.stream()
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
