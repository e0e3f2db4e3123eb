package io.agyn;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.DataFolder;
import io.agyn.settings.Settings;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/** The time between ready and told to stop, in which the base URL is published. */
public final class Server implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger(Server.class);

    private final Settings settings;
    private final HttpServer http;

    /**
     * Creates the server on what Quarkus has started.
     *
     * @param settings the server's settings
     * @param http the listener, which knows the port that was taken when any free one was asked for
     */
    @Inject
    Server(Settings settings, HttpServer http) {
        this.settings = requireNonNull(settings, "settings is null");
        this.http = requireNonNull(http, "http is null");
    }

    /**
     * Publishes where the server is and waits until it is told to stop.
     *
     * @param arguments not used
     * @return the exit code
     * @throws IOException when the base URL cannot be written
     */
    @Override
    public int run(String... arguments) throws IOException {
        Path dataDir = settings.dataDir();
        String baseUrl = baseUrl();
        DataFolder.publishBaseUrl(dataDir, baseUrl);
        announce(baseUrl, dataDir);
        Quarkus.waitForExit();
        DataFolder.withdrawBaseUrl(dataDir);
        return 0;
    }

    private void announce(String baseUrl, Path dataDir) {
        Path token = dataDir.resolve("admin-token");
        String tokenPlace = Files.exists(token) ? token.toString() : "made before, and not in the data folder";
        switch (settings.log().format()) {
            case TEXT ->
                System.out.printf(
                        "Agyn is ready at %s%n  data folder  %s%n  admin token  %s%n", baseUrl, dataDir, tokenPlace);
            case JSON -> LOG.infof("Agyn is ready at %s, data folder %s, admin token %s", baseUrl, dataDir, tokenPlace);
        }
    }

    private String baseUrl() {
        String host = settings.http().host();
        // An address that means all of them is none to call.
        return "http://%s:%d"
                .formatted(
                        switch (host) {
                            case "0.0.0.0" -> "127.0.0.1";
                            case "::", "[::]" -> "[::1]";
                            default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
                        },
                        http.getPort());
    }
}
