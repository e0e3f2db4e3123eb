package io.agyn.scripted;

import io.agyn.scripted.Asked.BadBody;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Decides what a call is answered. */
final class Calls {

    private static final String SCRIPT = "x-scripted";
    private static final String SCRIPTED_MODEL = "scripted:";
    private static final int MOST_PREPARED = 256;

    private final Vertx vertx;
    private final boolean prepares;
    private final Map<Prepared, Answer> prepared = new ConcurrentHashMap<>();
    // What makes answers go on that stall.
    private final Queue<Runnable> stalls = new ConcurrentLinkedQueue<>();

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

    private record Prepared(Endpoint endpoint, Asked asked, Script script) {}

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
        for (Runnable stall = stalls.poll(); stall != null; stall = stalls.poll()) {
            stall.run();
        }
    }

    /** Answers a call whose body has ended. */
    void answer(HttpServerRequest request, Recording recording) {
        Optional<Endpoint> endpoint = Endpoint.of(request);
        Dialect dialect = endpoint.map(known -> known.dialect).orElseGet(() -> dialect(request));
        String credential = request.getHeader(dialect.credentialHeader());
        if (!accepted(request.headers())) {
            send(request, recording, error(dialect, 401, dialect.refused(credential)));
        } else if (endpoint.isEmpty()) {
            String path = String.valueOf(request.path());
            send(
                    request,
                    recording,
                    error(dialect, 404, dialect.notFound(request.method().name(), path)));
        } else {
            answer(request, recording, endpoint.get());
        }
    }

    private void answer(HttpServerRequest request, Recording recording, Endpoint endpoint) {
        Dialect dialect = endpoint.dialect;
        try {
            Asked asked = Asked.read(recording.body());
            Script script = script(request, asked);
            new Sender(vertx, request, recording, script, answer(endpoint, asked, script), stalls).send();
        } catch (ScriptException e) {
            send(request, recording, error(dialect, 400, dialect.invalid(e.getMessage(), SCRIPT)));
        } catch (BadBody e) {
            String message = "The request's body is refused: " + e.getMessage();
            send(request, recording, error(dialect, 400, dialect.invalid(message, e.parameter())));
        }
    }

    private Answer answer(Endpoint endpoint, Asked asked, Script script) {
        // An endless answer's pieces can be taken only once.
        if (!prepares || script.endless()) {
            return make(endpoint, asked, script);
        }
        if (prepared.size() > MOST_PREPARED) {
            prepared.clear();
        }
        return prepared.computeIfAbsent(
                new Prepared(endpoint, asked, script), ignored -> make(endpoint, asked, script));
    }

    private static Answer make(Endpoint endpoint, Asked asked, Script script) {
        Dialect dialect = endpoint.dialect;
        if (script.redirect().isPresent()) {
            return Answer.redirect(dialect, script);
        }
        if (script.status().isPresent()) {
            int status = script.status().getAsInt();
            return Answer.plain(dialect, status, dialect.error(status, asked.model()), script);
        }
        if (endpoint.counts) {
            return Answer.plain(dialect, 200, dialect.tokenCount(), script);
        }
        return asked.stream()
                ? Answer.streamed(dialect, dialect.events(asked, script), script)
                : Answer.plain(dialect, 200, dialect.answer(asked, script), script);
    }

    private Script script(HttpServerRequest request, Asked asked) {
        String header = request.getHeader(SCRIPT);
        if (header != null) {
            return Script.parse(header);
        }
        return asked.model().startsWith(SCRIPTED_MODEL)
                ? Script.parse(asked.model().substring(SCRIPTED_MODEL.length()))
                : defaultScript;
    }

    private boolean accepted(MultiMap headers) {
        List<Header> accepted = credentials;
        return accepted.isEmpty()
                || accepted.stream()
                        .anyMatch(header -> headers.getAll(header.name()).contains(header.value()));
    }

    /** Of a path that neither cloud has: Anthropic's clients send their version with everything. */
    private static Dialect dialect(HttpServerRequest request) {
        return request.getHeader("anthropic-version") == null ? new OpenAi() : new Anthropic();
    }

    private static Answer error(Dialect dialect, int status, JsonObject body) {
        return Answer.plain(dialect, status, body, Script.ORDINARY);
    }

    private void send(HttpServerRequest request, Recording recording, Answer answer) {
        new Sender(vertx, request, recording, Script.ORDINARY, answer, stalls).send();
    }
}
