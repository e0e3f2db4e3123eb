package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import io.agyn.pipeline.Stage;
import io.agyn.settings.Settings;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * Serves metrics and health on a separate port if one is configured, instead of on the port for callers.
 * Quarkus's management interface is chosen at build time, so it cannot be a setting.
 */
@ApplicationScoped
class ManagementListener {
    private static final String INTERNAL = "/q";

    private final Settings.Http settings;
    private final Vertx vertx;

    ManagementListener(Settings settings, Vertx vertx) {
        this.settings = requireNonNull(settings, "settings is null").http();
        this.vertx = requireNonNull(vertx, "vertx is null");
    }

    void register(@Observes Router router) {
        Optional<Integer> port = settings.managementPort();
        if (port.isPresent()) {
            Stage.MANAGEMENT_PORT.route(router).handler(context -> separate(context, port.get()));
        }
    }

    void listen(@Observes StartupEvent event, Router router) {
        Optional<Integer> port = settings.managementPort();
        if (port.isEmpty()) {
            return;
        }
        HttpServer server = vertx.createHttpServer(
                new HttpServerOptions().setHost(settings.host()).setPort(port.get()));
        try {
            server.requestHandler(router)
                    .listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw new OperatorException(
                    "The port in AGYN_HTTP_MANAGEMENT_PORT, " + port.get() + ", cannot be listened on ("
                            + (e.getCause() instanceof IOException cause
                                    ? OperatorException.reason(cause)
                                    : e.getCause())
                            + "): set another one.",
                    e);
        }
    }

    private static void separate(RoutingContext context, int managementPort) {
        if (!RequestUri.isValid(context.request())) {
            // The next routes reject it.
            context.next();
            return;
        }
        String path = context.normalizedPath();
        boolean isInternal = path.equals(INTERNAL) || path.startsWith(INTERNAL + "/");
        boolean isManagement = context.request().localAddress().port() == managementPort;
        if (isInternal == isManagement) {
            context.next();
        } else {
            context.response().setStatusCode(404).end();
        }
    }
}
