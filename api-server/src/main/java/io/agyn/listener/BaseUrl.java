package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.Settings;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Singleton;

/** The server's URL, as seen from its own machine. */
@Singleton
public class BaseUrl {
    private final Settings settings;
    private final HttpServer http;

    BaseUrl(Settings settings, HttpServer http) {
        this.settings = requireNonNull(settings, "settings is null");
        this.http = requireNonNull(http, "http is null");
    }

    /** Scheme, host and port. */
    public String get() {
        String host = settings.http().host();
        // A wildcard address cannot be called.
        return "%s://%s:%d"
                .formatted(
                        isTls() ? "https" : "http",
                        switch (host) {
                            case "0.0.0.0" -> "127.0.0.1";
                            case "::", "[::]" -> "[::1]";
                            default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
                        },
                        port());
    }

    /** The actual port, if any free one was configured. */
    public int port() {
        return isTls() ? http.getSecurePort() : http.getPort();
    }

    private boolean isTls() {
        return settings.http().tlsCertificateFile().isPresent();
    }
}
