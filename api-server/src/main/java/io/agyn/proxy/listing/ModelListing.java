package io.agyn.proxy.listing;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import io.agyn.access.Identity;
import io.agyn.ids.Uuid7;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.CallerToken;
import io.agyn.proxy.exchange.HttpExchange;
import io.agyn.proxy.exchange.LookupFailures;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.exchange.RequestHead;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.exchange.UnknownTokens;
import io.agyn.proxy.routing.Callers;
import io.agyn.proxy.routing.ListedModel;
import io.agyn.proxy.routing.ModelList;
import io.agyn.proxy.routing.ModelPage;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Routes;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/{id}}: the models that a token may call, in the format of <a
 * href="https://platform.openai.com/docs/api-reference/models">OpenAI's list</a> or of <a
 * href="https://platform.claude.com/docs/en/api/models/list">Anthropic's</a>, depending on the caller's headers.
 */
@Singleton
public class ModelListing {
    private static final String PATH = Operation.ROOT + "/models";
    private static final String BELOW = PATH + "/";
    // Limits of Anthropic's list.
    private static final int MAX_PAGE_SIZE = 1000;
    private static final int DEFAULT_PAGE_SIZE = 20;

    private final Callers callers;
    private final UnknownTokens unknownTokens;
    private final Routes routes;
    private final ModelList models;

    ModelListing(Callers callers, UnknownTokens unknownTokens, Routes routes, ModelList models) {
        this.callers = requireNonNull(callers, "callers is null");
        this.unknownTokens = requireNonNull(unknownTokens, "unknownTokens is null");
        this.routes = requireNonNull(routes, "routes is null");
        this.models = requireNonNull(models, "models is null");
    }

    /** Whether a path is the list's or a model's. */
    public static boolean isAt(String path) {
        return path.equals(PATH) || path.startsWith(BELOW) && path.length() > BELOW.length();
    }

    /** Handles a request at such a path. */
    public void respond(HttpServerRequest request) {
        Dialect dialect = Dialect.of(request.headers());
        String requestId = ProxyResponses.requestId(request.headers(), Uuid7.next());
        Context context = requireNonNull(Vertx.currentContext(), "not on an event loop");
        body(request, dialect, requestId)
                .whenComplete((json, failure) -> context.runOnContext(back -> {
                    if (request.response().ended() || request.response().closed()) {
                        return;
                    }
                    if (failure == null) {
                        ProxyResponses.respond(new HttpExchange(request), dialect, 200, json, requestId);
                    } else {
                        ProxyResponses.reject(new HttpExchange(request), dialect, error(failure, requestId), requestId);
                    }
                }));
    }

    private CompletableFuture<byte[]> body(HttpServerRequest request, Dialect dialect, String requestId) {
        if (request.method() != HttpMethod.GET) {
            request.response().putHeader(HttpHeaderNames.ALLOW, "GET");
            return rejected(ProxyError.of(Kind.METHOD_NOT_ALLOWED, "Only GET is allowed at " + PATH + "."));
        }
        return switch (CallerToken.of(request.headers())) {
            case CallerToken.Rejected rejected -> rejected(rejected.error());
            case CallerToken.Given given ->
                callers.identify(given.token())
                        .thenCompose(identity -> identity.isEmpty()
                                ? rejected(unknownTokens.reject(new HttpExchange(request), given.token(), requestId))
                                : body(request, dialect, identity.get()));
        };
    }

    private CompletableFuture<byte[]> body(HttpServerRequest request, Dialect dialect, Identity identity) {
        Optional<String> organization = Optional.ofNullable(request.getHeader(RequestHead.ORGANIZATION));
        String path = requireNonNull(request.path(), "path is null");
        if (path.equals(PATH)) {
            Map<String, List<String>> query = new QueryStringDecoder(request.uri()).parameters();
            return models.list(identity, organization)
                    .thenCompose(list -> list.isEmpty()
                            ? rejected(RoutingErrors.unknownOrganization())
                            : page(list.get(), dialect, query));
        }
        String model = name(path);
        return routes.find(identity, organization, model).thenCompose(route -> switch (route) {
            case Route.Found found ->
                models.find(identity, organization, found.target().modelId())
                        .thenCompose(listed -> listed.isEmpty()
                                ? rejected(RoutingErrors.unknownModel(model))
                                : CompletableFuture.completedFuture(
                                        Dialect.json(json -> write(json, dialect, listed.get()))));
            case Route.Uncallable uncallable -> rejected(RoutingErrors.uncallable(uncallable));
            case Route.Ambiguous ambiguous -> rejected(RoutingErrors.ambiguous(ambiguous, model));
            case Route.UnknownModel unknown -> rejected(RoutingErrors.unknownModel(model));
            case Route.UnknownOrganization unknown -> rejected(RoutingErrors.unknownOrganization());
        });
    }

    /** Returns the model's name in a path. */
    private static String name(String path) {
        // In a path, a plus sign is itself (RFC 3986, section 3.3); the decoder would read it as a space, as in a
        // form.
        return QueryStringDecoder.decodeComponent(path.substring(BELOW.length()).replace("+", "%2B"));
    }

    private static CompletableFuture<byte[]> page(
            List<ListedModel> all, Dialect dialect, Map<String, List<String>> query) {
        return switch (dialect) {
            case OPENAI ->
                CompletableFuture.completedFuture(Dialect.json(json -> {
                    json.writeStartObject();
                    json.writeStringField("object", "list");
                    writeData(json, dialect, all);
                    json.writeEndObject();
                }));
            case ANTHROPIC -> {
                int limit = limit(query);
                if (limit < 1 || limit > MAX_PAGE_SIZE) {
                    yield rejected(ProxyError.of(Kind.INVALID_REQUEST, "limit must be a number from 1 to 1000.")
                            .about("limit"));
                }
                Optional<String> before = first(query, "before_id");
                Optional<ModelPage> found = before.isPresent()
                        ? ModelPage.before(all, limit, before.get())
                        : ModelPage.after(all, limit, first(query, "after_id"));
                if (found.isEmpty()) {
                    String parameter = before.isPresent() ? "before_id" : "after_id";
                    yield rejected(
                            ProxyError.of(Kind.INVALID_REQUEST, parameter + " is not the id of a model in this list.")
                                    .about(parameter));
                }
                List<ListedModel> page = found.get().models();
                boolean hasMore = found.get().hasMore();
                yield CompletableFuture.completedFuture(Dialect.json(json -> {
                    json.writeStartObject();
                    writeData(json, dialect, page);
                    json.writeStringField(
                            "first_id", page.isEmpty() ? null : page.getFirst().id());
                    json.writeStringField(
                            "last_id", page.isEmpty() ? null : page.getLast().id());
                    json.writeBooleanField("has_more", hasMore);
                    json.writeEndObject();
                }));
            }
        };
    }

    private static int limit(Map<String, List<String>> query) {
        try {
            return first(query, "limit").map(Integer::parseInt).orElse(DEFAULT_PAGE_SIZE);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Optional<String> first(Map<String, List<String>> query, String parameter) {
        return query.getOrDefault(parameter, List.of()).stream().findFirst();
    }

    private static void writeData(JsonGenerator json, Dialect dialect, List<ListedModel> models) throws IOException {
        json.writeArrayFieldStart("data");
        for (ListedModel model : models) {
            write(json, dialect, model);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Dialect dialect, ListedModel model) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", model.id());
        switch (dialect) {
            case OPENAI -> {
                json.writeStringField("object", "model");
                json.writeNumberField("created", model.createdAt().getEpochSecond());
                json.writeStringField("owned_by", model.organizationSlug());
            }
            case ANTHROPIC -> {
                json.writeStringField("type", "model");
                json.writeStringField("display_name", model.name());
                json.writeStringField("created_at", model.createdAt().toString());
            }
        }
        json.writeEndObject();
    }

    private static <T> CompletableFuture<T> rejected(ProxyError error) {
        return CompletableFuture.failedFuture(new RejectedException(error));
    }

    private static ProxyError error(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RejectedException rejected) {
            return rejected.error;
        }
        return LookupFailures.error(cause, requestId);
    }

    /** Carries an error through futures. */
    private static final class RejectedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient ProxyError error;

        private RejectedException(ProxyError error) {
            super(error.message(), null, false, false);
            this.error = error;
        }
    }
}
