package io.agyn.scripted;

import static io.agyn.scripted.Dialect.OPENAI;
import static io.agyn.scripted.Dialect.id;
import static io.agyn.scripted.Dialect.object;
import static io.agyn.scripted.OpenAi.error;

import io.agyn.scripted.RequestBody.InvalidBodyException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A connection in the WebSocket mode of the Responses API. Each lane responds to its messages one after another, lanes
 * with different ids run concurrently. A lane remembers its latest response, even one that is not stored.
 */
final class ResponsesSocket {

    private static final int MOST_LANES = 32;
    private static final int MOST_IN_FLIGHT = 16;
    private static final Pattern LANE_ID = Pattern.compile("[A-Za-z0-9_.-]{1,256}");
    private static final String INVALID_REQUEST = "invalid_request_error";

    private final Vertx vertx;
    private final Calls calls;
    private final HttpConnection connection;
    private final ServerWebSocket socket;
    private final Optional<String> script;
    private final Recording upgrade;
    private final Supplier<Recording> messages;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final long openedAt = System.nanoTime();

    private @Nullable Recording message;
    private Future<Void> written = Future.succeededFuture();
    private boolean binary;
    private boolean aging;

    /** @param script the script in the header of the upgrade */
    ResponsesSocket(
            Vertx vertx,
            Calls calls,
            HttpConnection connection,
            ServerWebSocket socket,
            Optional<String> script,
            Recording upgrade,
            Supplier<Recording> messages) {
        this.vertx = vertx;
        this.calls = calls;
        this.connection = connection;
        this.socket = socket;
        this.script = script;
        this.upgrade = upgrade;
        this.messages = messages;
    }

    void listen() {
        socket.frameHandler(this::receive);
        socket.exceptionHandler(failure -> closed());
        socket.closeHandler(ignored -> closed());
        try {
            script.map(Script::parse).flatMap(Script::age).ifPresent(this::age);
        } catch (ScriptException e) {
            // Each message gets an error.
        }
    }

    private void closed() {
        upgrade.ended();
        if (message != null) {
            message.callerLeft();
        }
        lanes.values().forEach(Lane::closed);
        lanes.clear();
    }

    private void receive(WebSocketFrame frame) {
        if (!frame.isText() && !frame.isBinary() && !frame.isContinuation()) {
            return;
        }
        if (message == null) {
            message = messages.get();
            binary = frame.isBinary();
        }
        message.received(frame.binaryData());
        if (frame.isFinal()) {
            Recording whole = message;
            message = null;
            whole.bodyEnded();
            receive(whole);
        }
    }

    private void receive(Recording recording) {
        RequestBody body;
        try {
            if (binary) {
                throw new InvalidBodyException(null, "it is not a text message");
            }
            body = RequestBody.read(recording.body());
        } catch (InvalidBodyException e) {
            String text = "Invalid message: " + e.getMessage();
            fail(recording, null, 400, OPENAI.invalid(text, e.parameter()));
            return;
        }
        switch (String.valueOf(body.type())) {
            case "response.create" -> create(body, recording);
            case "response.steer" -> steer(recording);
            case "response.processed" -> {
                recording.responding(200);
                recording.ended();
            }
            default ->
                fail(recording, null, 400, OPENAI.invalid("Invalid value: '%s'.".formatted(body.type()), "type"));
        }
    }

    private void create(RequestBody body, Recording recording) {
        String id = body.streamId();
        if (id != null && !LANE_ID.matcher(id).matches()) {
            JsonObject error = error("Invalid stream_id.", INVALID_REQUEST, "stream_id", "invalid_stream_id");
            fail(recording, null, 400, error);
            return;
        }
        String key = id == null ? "" : id;
        if (id != null && !lanes.containsKey(key) && namedLanes() == MOST_LANES) {
            JsonObject error = error(
                    "This connection has reached its limit of %d streams.".formatted(MOST_LANES),
                    INVALID_REQUEST,
                    "stream_id",
                    "websocket_stream_limit_reached");
            fail(recording, id, 400, error);
            return;
        }
        lanes.computeIfAbsent(key, ignored -> new Lane(id)).queue.add(new Message(body, recording));
        startNext();
    }

    private long namedLanes() {
        return lanes.values().stream().filter(lane -> lane.id != null).count();
    }

    private void startNext() {
        for (Lane lane : List.copyOf(lanes.values())) {
            long inFlight = lanes.values().stream()
                    .filter(other -> other.current.isPresent())
                    .count();
            if (inFlight < MOST_IN_FLIGHT && lane.current.isEmpty() && !lane.queue.isEmpty()) {
                lane.start(lane.queue.remove());
            }
        }
    }

    private void steer(Recording recording) {
        JsonObject message = new JsonObject(Buffer.buffer(recording.body()));
        String target = String.valueOf(message.getValue("previous_response_id"));
        Optional<Lane> lane = lanes.values().stream()
                .filter(candidate -> candidate
                        .current
                        .filter(running -> running.response.id().equals(target))
                        .isPresent())
                .findFirst();
        if (lane.isPresent()) {
            lane.get().steer(recording, lane.get().current.get());
            return;
        }
        boolean completed = latest(target).isPresent();
        JsonObject event = object(
                "type",
                "response.steer.failed",
                "error",
                object(
                        "code",
                        completed ? "response_already_completed" : "response_not_found",
                        "message",
                        "The response cannot be steered.",
                        "type",
                        INVALID_REQUEST),
                "steer",
                object("input", message.getValue("input"), "previous_response_id", target));
        send(recording, Response.messages(OPENAI, 200, Stream.of(event), Script.ORDINARY));
    }

    private Optional<StoredResponse> latest(String id) {
        return lanes.values().stream()
                .flatMap(lane -> lane.latest.stream())
                .filter(response -> response.id().equals(id))
                .findFirst();
    }

    private void fail(Recording recording, @Nullable String lane, int status, JsonObject error) {
        send(recording, failure(lane, status, error, Script.ORDINARY));
    }

    private static Response failure(@Nullable String lane, int status, JsonObject error, Script script) {
        JsonObject event = object("type", "error", "status", status, "error", error.getValue("error"));
        script.retryAfter().ifPresent(seconds -> event.put("headers", object("retry-after", String.valueOf(seconds))));
        // Error events of the API have no sequence number.
        return new Response(
                status, List.of(), List.of(Buffer.buffer(laned(lane, event).encode())), 0);
    }

    private static JsonObject laned(@Nullable String lane, JsonObject event) {
        return lane == null ? event : event.put("stream_id", lane);
    }

    /** Sends events outside of any lane's order. */
    private void send(Recording recording, Response response) {
        Output output = new MessageOutput(Script.ORDINARY, () -> {});
        new Sender(vertx, output, recording, Script.ORDINARY, response, calls.stalls()).send();
    }

    /** Ends the connection at an age. */
    private void age(Duration age) {
        if (aging) {
            return;
        }
        aging = true;
        long left =
                age.toMillis() - Duration.ofNanos(System.nanoTime() - openedAt).toMillis();
        vertx.setTimer(Math.max(1, left), ignored -> {
            JsonObject error = error(
                    "Responses websocket connection limit reached (60 minutes). Create a new websocket connection to"
                            + " continue.",
                    INVALID_REQUEST,
                    null,
                    "websocket_connection_limit_reached");
            failure(null, 400, error, Script.ORDINARY).pieces().forEach(this::write);
            socket.close((short) 1000);
        });
    }

    private void write(Buffer text) {
        if (!socket.isClosed()) {
            written = socket.writeTextMessage(text.toString());
        }
    }

    private record Message(RequestBody body, Recording recording) {}

    private record Running(StoredResponse response, Message message, Sender sender) {}

    private final class Lane {

        private final @Nullable String id;
        private final Deque<Message> queue = new ArrayDeque<>();
        private Optional<Running> current = Optional.empty();
        private Optional<StoredResponse> latest = Optional.empty();

        /** @param id null for the default lane, whose events have no {@code stream_id} */
        Lane(@Nullable String id) {
            this.id = id;
        }

        void start(Message message) {
            RequestBody body = message.body;
            String previousId = body.previousResponseId();
            try {
                Script chosen = calls.script(script, body);
                chosen.age().ifPresent(ResponsesSocket.this::age);
                Optional<StoredResponse> previous = previousId == null
                        ? Optional.empty()
                        : latest(previousId).or(() -> calls.stored(previousId));
                if (body.model().isEmpty()) {
                    fail(message, chosen, 400, OPENAI.missing("model"));
                } else if (previousId != null && previous.isEmpty()) {
                    fail(message, chosen, 400, OpenAi.previousNotFound(previousId));
                } else if (previous.isPresent() && !hasCallsOfResults(previous.get(), message.recording.body())) {
                    String text = "No tool call found for function call output.";
                    fail(message, chosen, 400, OPENAI.invalid(text, "input"));
                } else if (chosen.status().isPresent()) {
                    int status = chosen.status().getAsInt();
                    fail(message, chosen, status, OPENAI.error(status, body.model()));
                } else {
                    run(message, chosen, OPENAI.response(body, chosen));
                }
            } catch (ScriptException e) {
                fail(message, Script.ORDINARY, 400, OPENAI.invalid(e.getMessage(), "model"));
            }
        }

        /** Whether the previous response, or the new input itself, has the call of each tool result. */
        private boolean hasCallsOfResults(StoredResponse previous, byte[] request) {
            Object input = new JsonObject(Buffer.buffer(request)).getValue("input");
            return RequestBody.objects(input)
                    .filter(item -> "function_call_output".equals(item.getValue("type")))
                    .map(item -> item.getString("call_id", ""))
                    .allMatch(call -> previous.callIds().contains(call)
                            || RequestBody.objects(input)
                                    .anyMatch(item -> "function_call".equals(item.getValue("type"))
                                            && call.equals(item.getValue("call_id"))));
        }

        private void run(Message message, Script chosen, JsonObject response) {
            StoredResponse stored = new StoredResponse(response, chosen, message.recording.body(), true);
            Stream<JsonObject> events = OPENAI.events(response, chosen).map(event -> laned(id, event));
            if (message.body.store()) {
                calls.store(stored);
            }
            begin(message, chosen, stored, Response.messages(OPENAI, 200, events, chosen), () -> {
                latest = Optional.of(stored);
            });
        }

        private void fail(Message message, Script chosen, int status, JsonObject error) {
            JsonObject none = object("id", "", "output", Dialect.array());
            StoredResponse failed = new StoredResponse(none, chosen, new byte[0], true);
            begin(message, chosen, failed, failure(id, status, error, chosen), () -> {
                // A failed continuation evicts the response that it continues, a failed fork does not.
                latest = latest.filter(kept -> !kept.id().equals(message.body.previousResponseId()));
            });
        }

        private void begin(
                Message message, Script chosen, StoredResponse stored, Response response, Runnable whenEnded) {
            Output output = new MessageOutput(chosen, () -> {
                whenEnded.run();
                current = Optional.empty();
                // Not at once: a long queue of short responses would fill the stack.
                vertx.runOnContext(ignored -> startNext());
            });
            Sender sender = new Sender(vertx, output, message.recording, chosen, response, calls.stalls());
            current = Optional.of(new Running(stored, message, sender));
            sender.send();
        }

        /** Ends the running response as incomplete, and starts its successor, which has no script. */
        void steer(Recording recording, Running running) {
            running.sender.stop();
            Recording steered = running.message.recording;
            StoredResponse response = running.response;
            JsonObject incomplete = response.response()
                    .put("status", "incomplete")
                    .put("output", Dialect.array())
                    .put("incomplete_details", object("reason", "steered"));
            int number = running.sender.sent();
            JsonObject accepted = object(
                    "type",
                    "response.steer.accepted",
                    "sequence_number",
                    number,
                    "steer",
                    object("id", id("steer_"), "previous_response_id", response.id()));
            JsonObject last =
                    object("type", "response.incomplete", "sequence_number", number + 1, "response", incomplete);
            steered.ended();
            write(laned(id, accepted).toBuffer());
            write(laned(id, last).toBuffer());
            JsonObject successor =
                    OPENAI.response(running.message.body, Script.ORDINARY).put("previous_response_id", response.id());
            run(new Message(running.message.body, recording), Script.ORDINARY, successor);
        }

        void closed() {
            current.ifPresent(running -> running.message.recording.callerLeft());
            queue.forEach(message -> message.recording.callerLeft());
        }
    }

    /** Sends each piece as a text message. */
    private final class MessageOutput implements Output {

        private final Script script;
        private final Runnable whenEnded;

        MessageOutput(Script script, Runnable whenEnded) {
            this.script = script;
            this.whenEnded = whenEnded;
        }

        @Override
        public void begin(Response response) {}

        @Override
        public boolean takesWhole(Response response) {
            return false;
        }

        @Override
        public boolean endsWithLastPiece() {
            return true;
        }

        @Override
        public boolean isFull() {
            return socket.writeQueueFull();
        }

        @Override
        public void onDrain(Runnable then) {
            waiting.add(then);
            socket.drainHandler(drained -> {
                List<Runnable> all = List.copyOf(waiting);
                waiting.clear();
                all.forEach(Runnable::run);
            });
        }

        @Override
        public void write(Buffer piece) {
            ResponsesSocket.this.write(piece);
        }

        @Override
        public void end(Buffer last) {
            if (last.length() > 0) {
                write(last);
            }
            script.close().ifPresent(code -> socket.close((short) code));
            whenEnded.run();
        }

        /** Closes from the start of the pipeline: Vert.x's handler would send a close frame first. */
        @Override
        public void breakOff() {
            written.onComplete(ignored -> ((ConnectionBase) connection)
                    .channel()
                    .pipeline()
                    .firstContext()
                    .close());
        }
    }
}
