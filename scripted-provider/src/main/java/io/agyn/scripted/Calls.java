package io.agyn.scripted;

import static io.agyn.scripted.Dialect.OPENAI;

import io.agyn.scripted.Operation.Match;
import io.agyn.scripted.RequestBody.InvalidBodyException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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

    private final boolean lenient;
    private final Optional<Path> fixtures;
    private final OpenAiObjects objects;
    private final Batches batches;
    private final ModelLists models;

    private final Queue<Script> nextScripts = new ConcurrentLinkedQueue<>();

    private volatile List<Header> credentials;
    private volatile OptionalInt webSocketStatus;
    private volatile Script defaultScript = Script.ORDINARY;

    private record Prepared(Operation operation, RequestBody body, Script script) {}

    Calls(Vertx vertx, Options options) {
        this.vertx = vertx;
        prepares = !options.recording();
        credentials = options.credentials();
        webSocketStatus = options.webSocketStatus();
        lenient = options.lenient();
        fixtures = options.fixtures();
        objects = new OpenAiObjects(lenient);
        batches = new Batches(lenient);
        models = new ModelLists(options.models());
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

    void scriptNext(List<Script> scripts) {
        nextScripts.clear();
        nextScripts.addAll(scripts);
    }

    void resume() {
        stalls.resume();
    }

    /** Responds to a call after its whole body has arrived. */
    void respond(HttpServerRequest request, Recording recording) {
        Optional<Match> match = match(request).filter(known -> known.operation() != Operation.UPGRADE);
        Dialect dialect = match.filter(known -> !known.operation().isOfModels())
                .map(known -> known.operation().dialect())
                .orElseGet(() -> dialect(request));
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
            respond(request, recording, match.get(), dialect);
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

    private void respond(HttpServerRequest request, Recording recording, Match match, Dialect dialect) {
        boolean hasModel = match.operation().hasModel();
        try {
            byte[] bytes = recording.body();
            RequestBody body = hasModel ? RequestBody.read(bytes) : RequestBody.NONE;
            if (hasModel && body.model().isEmpty() && !lenient) {
                send(request, recording, error(dialect, 400, dialect.missing("model")));
                return;
            }
            Script script = script(Optional.ofNullable(request.getHeader(SCRIPT)), body);
            Response response;
            if (script.redirect().isPresent()) {
                response = Response.redirect(dialect, script);
            } else if (script.status().isPresent()) {
                int status = script.status().getAsInt();
                response = Response.plain(dialect, status, dialect.error(status, body.model()), script);
            } else if (hasModel) {
                response = response(match.operation(), body, script, bytes);
            } else if (match.operation().isOfModels()) {
                response = models.respond(match, request, script);
            } else {
                response = match.operation().isOfBatches()
                        ? batches.respond(match, request, bytes, script)
                        : objects.respond(match, request, bytes, script);
            }
            new Sender(vertx, new HttpOutput(request), recording, script, response, stalls).send();
        } catch (ScriptException e) {
            send(request, recording, error(dialect, 400, dialect.invalid(e.getMessage(), SCRIPT)));
        } catch (InvalidBodyException e) {
            String message = "Invalid request body: " + e.getMessage();
            send(request, recording, error(dialect, 400, dialect.invalid(message, e.parameter())));
        } catch (DecodeException | ClassCastException e) {
            send(request, recording, error(dialect, 400, dialect.invalid("Invalid request body", null)));
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
        return switch (operation) {
            case COUNT_INPUT_TOKENS, COUNT_MESSAGE_TOKENS -> Response.plain(dialect, 200, dialect.tokenCount(), script);
            case COMPACT_RESPONSE -> Response.plain(dialect, 200, OpenAiObjects.compaction(bytes), script);
            case CREATE_RESPONSE -> createResponse(body, script, bytes);
            default -> {
                JsonObject response = dialect.response(body, script);
                yield body.stream()
                        ? stream(dialect, response, script)
                        : Response.plain(dialect, 200, response, script);
            }
        };
    }

    private Response createResponse(RequestBody body, Script script, byte[] bytes) {
        String previous = body.previousResponseId();
        if (previous != null && stored(previous).isEmpty()) {
            return Response.plain(OPENAI, 400, OpenAi.previousNotFound(previous), script);
        }
        String conversation = body.conversation();
        if (conversation != null && !objects.hasConversation(conversation)) {
            return Response.plain(OPENAI, 404, OpenAi.unknown("Conversation", conversation), script);
        }
        StoredResponse response = new StoredResponse(OPENAI.response(body, script), script, bytes, body.stream());
        if (body.store() && !script.endless()) {
            store(response);
        }
        if (conversation != null) {
            objects.addToConversation(conversation, response);
        }
        return body.stream()
                ? stream(OPENAI, response.response(), script)
                : Response.plain(OPENAI, 200, response.created(), script);
    }

    private Response stream(Dialect dialect, JsonObject response, Script script) {
        return script.replay().isPresent()
                ? Response.replayed(dialect, recorded(script.replay().get()), script)
                : Response.streamed(dialect, dialect.events(response, script), script);
    }

    private Buffer recorded(String file) {
        Path folder = fixtures.orElseThrow(() -> new ScriptException("replay", "needs a folder of fixtures"));
        Path path = folder.resolve(file).normalize();
        if (!path.startsWith(folder.normalize())) {
            throw new ScriptException("replay", "is outside of the folder of fixtures");
        }
        try {
            return Buffer.buffer(Files.readAllBytes(path));
        } catch (IOException e) {
            throw new ScriptException("replay", "cannot be read: " + e);
        }
    }

    void store(StoredResponse response) {
        objects.add(response);
    }

    Optional<StoredResponse> stored(String id) {
        return objects.response(id);
    }

    Stalls stalls() {
        return stalls;
    }

    /** @throws ScriptException if the script in the header or the model is invalid */
    Script script(Optional<String> header, RequestBody body) {
        if (header.isPresent()) {
            return Script.parse(header.get());
        }
        if (body.model().startsWith(SCRIPTED_MODEL)) {
            return Script.parse(body.model().substring(SCRIPTED_MODEL.length()));
        }
        Script next = nextScripts.poll();
        return next == null ? defaultScript : next;
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
