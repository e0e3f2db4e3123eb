package io.agyn.scripted;

import io.agyn.scripted.RequestBody.InvalidBodyException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Responds to calls: checks credentials, reads the script, and builds the response. */
final class Calls {

    private static final String SCRIPT = "x-scripted";
    private static final String SCRIPTED_MODEL = "scripted:";
    private static final int MOST_PREPARED = 256;

    private final Vertx vertx;
    private final boolean prepares;
    private final Map<Prepared, Response> prepared = new ConcurrentHashMap<>();
    private final Stalls stalls = new Stalls();

    private volatile List<Header> credentials;
    private volatile Script defaultScript = Script.ORDINARY;

    private enum Endpoint {
        RESPONSES("/responses", new OpenAi(), false),
        INPUT_TOKENS("/responses/input_tokens", new OpenAi(), true),
        MESSAGES("/messages", new Anthropic(), false),
        COUNT_TOKENS("/messages/count_tokens", new Anthropic(), true);

        private final String path;
        private final Dialect dialect;
        private final boolean counts;

        Endpoint(String path, Dialect dialect, boolean counts) {
            this.path = path;
            this.dialect = dialect;
            this.counts = counts;
        }

        static Optional<Endpoint> of(HttpServerRequest request) {
            String path = request.path();
            return path == null || !request.method().equals(HttpMethod.POST)
                    ? Optional.empty()
                    : Stream.of(values())
                            .filter(endpoint -> path.endsWith(endpoint.path))
                            .findFirst();
        }
    }

    private record Prepared(Endpoint endpoint, RequestBody body, Script script) {}

    Calls(Vertx vertx, boolean prepares, List<Header> credentials) {
        this.vertx = vertx;
        this.prepares = prepares;
        this.credentials = credentials;
    }

    void accept(List<Header> credentials) {
        this.credentials = credentials;
    }

    void script(Script script) {
        defaultScript = script;
    }

    void resume() {
        stalls.resume();
    }

    /** Responds to a call after its whole body has arrived. */
    void respond(HttpServerRequest request, Recording recording) {
        Optional<Endpoint> endpoint = Endpoint.of(request);
        Dialect dialect = endpoint.map(known -> known.dialect).orElseGet(() -> dialect(request));
        String credential = request.getHeader(dialect.credentialHeader());
        if (!accepted(request.headers())) {
            send(request, recording, error(dialect, 401, dialect.rejected(credential)));
        } else if (endpoint.isEmpty()) {
            String path = String.valueOf(request.path());
            send(
                    request,
                    recording,
                    error(dialect, 404, dialect.notFound(request.method().name(), path)));
        } else {
            respond(request, recording, endpoint.get());
        }
    }

    private void respond(HttpServerRequest request, Recording recording, Endpoint endpoint) {
        Dialect dialect = endpoint.dialect;
        try {
            RequestBody body = RequestBody.read(recording.body());
            Script script = script(request, body);
            new Sender(vertx, request, recording, script, response(endpoint, body, script), stalls).send();
        } catch (ScriptException e) {
            send(request, recording, error(dialect, 400, dialect.invalid(e.getMessage(), SCRIPT)));
        } catch (InvalidBodyException e) {
            String message = "Invalid request body: " + e.getMessage();
            send(request, recording, error(dialect, 400, dialect.invalid(message, e.parameter())));
        }
    }

    private Response response(Endpoint endpoint, RequestBody body, Script script) {
        // The pieces of an endless response can be iterated only once.
        if (!prepares || script.endless()) {
            return create(endpoint, body, script);
        }
        if (prepared.size() > MOST_PREPARED) {
            prepared.clear();
        }
        return prepared.computeIfAbsent(
                new Prepared(endpoint, body, script), ignored -> create(endpoint, body, script));
    }

    private static Response create(Endpoint endpoint, RequestBody body, Script script) {
        Dialect dialect = endpoint.dialect;
        if (script.redirect().isPresent()) {
            return Response.redirect(dialect, script);
        }
        if (script.status().isPresent()) {
            int status = script.status().getAsInt();
            return Response.plain(dialect, status, dialect.error(status, body.model()), script);
        }
        if (endpoint.counts) {
            return Response.plain(dialect, 200, dialect.tokenCount(), script);
        }
        return body.stream()
                ? Response.streamed(dialect, dialect.events(body, script), script)
                : Response.plain(dialect, 200, dialect.response(body, script), script);
    }

    private Script script(HttpServerRequest request, RequestBody body) {
        String header = request.getHeader(SCRIPT);
        if (header != null) {
            return Script.parse(header);
        }
        return body.model().startsWith(SCRIPTED_MODEL)
                ? Script.parse(body.model().substring(SCRIPTED_MODEL.length()))
                : defaultScript;
    }

    private boolean accepted(MultiMap headers) {
        List<Header> accepted = credentials;
        return accepted.isEmpty()
                || accepted.stream()
                        .anyMatch(header -> headers.getAll(header.name()).contains(header.value()));
    }

    /** Chooses the API for an unknown path: Anthropic's clients always send anthropic-version. */
    private static Dialect dialect(HttpServerRequest request) {
        return request.getHeader("anthropic-version") == null ? new OpenAi() : new Anthropic();
    }

    private static Response error(Dialect dialect, int status, JsonObject body) {
        return Response.plain(dialect, status, body, Script.ORDINARY);
    }

    private void send(HttpServerRequest request, Recording recording, Response response) {
        new Sender(vertx, request, recording, Script.ORDINARY, response, stalls).send();
    }
}
