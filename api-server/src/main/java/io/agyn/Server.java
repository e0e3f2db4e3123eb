package io.agyn;

import static java.util.Objects.requireNonNull;

import io.agyn.health.OutOfMemoryExit;
import io.agyn.rest.BaseUrl;
import io.agyn.settings.DataFolder;
import io.agyn.settings.Settings;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/** The time between ready and told to stop, in which the base URL is published. */
public final class Server implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger(Server.class);

    private final Settings settings;
    private final BaseUrl baseUrl;

    /**
     * Creates the server on what Quarkus has started.
     *
     * @param settings the server's settings
     * @param baseUrl where it listens
     */
    @Inject
    Server(Settings settings, BaseUrl baseUrl) {
        this.settings = requireNonNull(settings, "settings is null");
        this.baseUrl = requireNonNull(baseUrl, "baseUrl is null");
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
        OutOfMemoryExit.install();
        Path dataDir = settings.dataDir();
        String url = baseUrl.get();
        DataFolder.publishBaseUrl(dataDir, url);
        announce(url, dataDir);
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
}
