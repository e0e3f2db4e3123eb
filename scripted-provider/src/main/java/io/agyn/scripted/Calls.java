package io.agyn.scripted;

import static io.agyn.scripted.Dialect.OPENAI;

import io.agyn.scripted.Operation.Match;
import io.agyn.scripted.RequestBody.InvalidBodyException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Responds to calls: checks credentials, reads the script, and builds the response. */
final class Calls {

    private static final String SCRIPT = "x-scripted";
    private static final String SCRIPTED_MODEL = "scripted:";
    private static final int MOST_PREPARED = 256;

    private final Vertx vertx;
    private final boolean prepares;
    private final Map<Prepared, Response> prepared = new ConcurrentHashMap<>();
    private final Stalls stalls = new Stalls();

    private final ObjectStore<StoredResponse> responses = new ObjectStore<>();

    private volatile List<Header> credentials;
    private volatile OptionalInt webSocketStatus;
    private volatile Script defaultScript = Script.ORDINARY;

    private record Prepared(Operation operation, RequestBody body, Script script) {}

    Calls(Vertx vertx, Options options) {
        this.vertx = vertx;
        prepares = !options.recording();
        credentials = options.credentials();
        webSocketStatus = options.webSocketStatus();
    }

    void accept(List<Header> credentials) {
        this.credentials = credentials;
    }

    void refuseWebSockets(OptionalInt status) {
        webSocketStatus = status;
    }

    void script(Script script) {
        defaultScript = script;
    }

    void resume() {
        stalls.resume();
    }

    /** Responds to a call after its whole body has arrived. */
    void respond(HttpServerRequest request, Recording recording) {
        Optional<Match> match = match(request).filter(known -> known.operation() != Operation.UPGRADE);
        Dialect dialect = match.map(known -> known.operation().dialect()).orElseGet(() -> dialect(request));
        String credential = request.getHeader(dialect.credentialHeader());
        if (!accepted(request.headers())) {
            send(request, recording, error(dialect, 401, dialect.rejected(credential)));
        } else if (match.isEmpty()) {
            String path = String.valueOf(request.path());
            send(
                    request,
                    recording,
                    error(dialect, 404, dialect.notFound(request.method().name(), path)));
        } else {
            respond(request, recording, match.get().operation());
        }
    }

    /** Whether a request asks for a WebSocket of the Responses API. */
    static boolean isUpgrade(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader("upgrade"))
                && match(request)
                        .filter(match -> match.operation() == Operation.UPGRADE)
                        .isPresent();
    }

    /**
     * Accepts or refuses a WebSocket.
     *
     * @param messages begins the recording of a message
     */
    void upgrade(HttpServerRequest request, Recording recording, Supplier<Recording> messages) {
        OptionalInt refusal = webSocketStatus;
        if (!accepted(request.headers())) {
            String credential = request.getHeader(OPENAI.credentialHeader());
            send(request, recording, error(OPENAI, 401, OPENAI.rejected(credential)));
        } else if (refusal.isPresent()) {
            String message = "WebSocket is not supported.";
            JsonObject body = OpenAi.error(message, "invalid_request_error", null, null);
            send(request, recording, error(OPENAI, refusal.getAsInt(), body));
        } else {
            recording.responding(101);
            Optional<String> script = Optional.ofNullable(request.getHeader(SCRIPT));
            request.toWebSocket()
                    .onSuccess(socket -> new ResponsesSocket(
                                    vertx, this, request.connection(), socket, script, recording, messages)
                            .listen())
                    .onFailure(failure -> recording.ended());
        }
    }

    private void respond(HttpServerRequest request, Recording recording, Operation operation) {
        Dialect dialect = operation.dialect();
        try {
            byte[] bytes = recording.body();
            RequestBody body = RequestBody.read(bytes);
            if (body.model().isEmpty()) {
                send(request, recording, error(dialect, 400, dialect.missing("model")));
                return;
            }
            Script script = script(Optional.ofNullable(request.getHeader(SCRIPT)), body);
            Response response = response(operation, body, script, bytes);
            new Sender(vertx, new HttpOutput(request), recording, script, response, stalls).send();
        } catch (ScriptException e) {
            send(request, recording, error(dialect, 400, dialect.invalid(e.getMessage(), SCRIPT)));
        } catch (InvalidBodyException e) {
            String message = "Invalid request body: " + e.getMessage();
            send(request, recording, error(dialect, 400, dialect.invalid(message, e.parameter())));
        }
    }

    private Response response(Operation operation, RequestBody body, Script script, byte[] bytes) {
        // The pieces of an endless response can be iterated only once.
        if (!prepares || script.endless()) {
            return create(operation, body, script, bytes);
        }
        if (prepared.size() > MOST_PREPARED) {
            prepared.clear();
        }
        return prepared.computeIfAbsent(
                new Prepared(operation, body, script), ignored -> create(operation, body, script, bytes));
    }

    private Response create(Operation operation, RequestBody body, Script script, byte[] bytes) {
        Dialect dialect = operation.dialect();
        if (script.redirect().isPresent()) {
            return Response.redirect(dialect, script);
        }
        if (script.status().isPresent()) {
            int status = script.status().getAsInt();
            return Response.plain(dialect, status, dialect.error(status, body.model()), script);
        }
        if (operation == Operation.COUNT_INPUT_TOKENS || operation == Operation.COUNT_MESSAGE_TOKENS) {
            return Response.plain(dialect, 200, dialect.tokenCount(), script);
        }
        JsonObject response = dialect.response(body, script);
        if (operation == Operation.CREATE_RESPONSE && body.store() && !script.endless()) {
            store(new StoredResponse(response.copy(), script, bytes));
        }
        return body.stream()
                ? Response.streamed(dialect, dialect.events(response, script), script)
                : Response.plain(dialect, 200, response, script);
    }

    void store(StoredResponse response) {
        int size = response.request().length + response.response().encode().length();
        responses.put(response.id(), response, size);
    }

    Optional<StoredResponse> stored(String id) {
        return responses.get(id);
    }

    Stalls stalls() {
        return stalls;
    }

    /** @throws ScriptException if the script in the header or the model is invalid */
    Script script(Optional<String> header, RequestBody body) {
        if (header.isPresent()) {
            return Script.parse(header.get());
        }
        return body.model().startsWith(SCRIPTED_MODEL)
                ? Script.parse(body.model().substring(SCRIPTED_MODEL.length()))
                : defaultScript;
    }

    private static Optional<Match> match(HttpServerRequest request) {
        String path = request.path();
        return path == null ? Optional.empty() : Operation.of(request.method(), path);
    }

    private boolean accepted(MultiMap headers) {
        List<Header> accepted = credentials;
        return accepted.isEmpty()
                || accepted.stream()
                        .anyMatch(header -> headers.getAll(header.name()).contains(header.value()));
    }

    /** Chooses the API for an unknown path: Anthropic's clients always send anthropic-version. */
    private static Dialect dialect(HttpServerRequest request) {
        return request.getHeader("anthropic-version") == null ? OPENAI : Dialect.ANTHROPIC;
    }

    private static Response error(Dialect dialect, int status, JsonObject body) {
        return Response.plain(dialect, status, body, Script.ORDINARY);
    }

    private void send(HttpServerRequest request, Recording recording, Response response) {
        new Sender(vertx, new HttpOutput(request), recording, Script.ORDINARY, response, stalls).send();
    }
}
