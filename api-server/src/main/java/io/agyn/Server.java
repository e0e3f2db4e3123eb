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

/** Publishes the base URL while the server is ready. */
public final class Server implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger(Server.class);

    private final Settings settings;
    private final BaseUrl baseUrl;

    @Inject
    Server(Settings settings, BaseUrl baseUrl) {
        this.settings = requireNonNull(settings, "settings is null");
        this.baseUrl = requireNonNull(baseUrl, "baseUrl is null");
    }

    /**
     * Publishes the base URL and waits until the server is stopped.
     *
     * @param arguments not used
     * @return the exit code
     * @throws IOException if the base URL cannot be written
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
        String tokenLocation = Files.exists(token) ? token.toString() : "created earlier, not in the data folder";
        switch (settings.log().format()) {
            case TEXT ->
                System.out.printf(
                        "Agyn is ready at %s%n  data folder  %s%n  admin token  %s%n", baseUrl, dataDir, tokenLocation);
            case JSON ->
                LOG.infof("Agyn is ready at %s, data folder %s, admin token %s", baseUrl, dataDir, tokenLocation);
        }
    }
}
