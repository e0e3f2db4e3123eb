package io.agyn.scripted;

import static io.agyn.scripted.RequestBody.objects;

import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A response that later requests refer to. In the background it is queued, in progress from the first retrieval on, and
 * complete from the second on, or at the time in its script. A stream is complete from the first retrieval on.
 */
final class StoredResponse {

    private final JsonObject response;
    private final Script script;
    private final byte[] request;
    private final boolean stream;
    private final long createdAt = System.nanoTime();

    private int retrievals;
    private boolean cancelled;

    /**
     * @param response the completed response
     * @param script the script of its create request
     * @param request the body of its create request
     */
    StoredResponse(JsonObject response, Script script, byte[] request, boolean stream) {
        this.response = response.copy();
        this.script = script;
        this.request = request;
        this.stream = stream;
    }

    String id() {
        return response.getString("id");
    }

    JsonObject response() {
        return response.copy();
    }

    Script script() {
        return script;
    }

    byte[] request() {
        return request;
    }

    /** The response to the create request. */
    JsonObject created() {
        return isBackground() ? OpenAi.begun(response, "queued") : response();
    }

    boolean isBackground() {
        return response.getBoolean("background");
    }

    synchronized JsonObject retrieve() {
        retrievals++;
        return current();
    }

    /** Ends a response that is still in progress. */
    synchronized JsonObject cancel() {
        cancelled |= !isComplete();
        return current();
    }

    private JsonObject current() {
        if (cancelled) {
            return OpenAi.begun(response, "cancelled");
        }
        return isComplete() ? response() : OpenAi.begun(response, retrievals == 0 ? "queued" : "in_progress");
    }

    private boolean isComplete() {
        boolean timed = script.background()
                .map(time -> System.nanoTime() - createdAt >= time.toNanos())
                .orElse(retrievals > (stream ? 0 : 1));
        return !isBackground() || timed;
    }

    /** The ids of its tool calls, whose results the next request brings. */
    Set<String> callIds() {
        return objects(response.getJsonArray("output"))
                .map(item -> item.getString("call_id", ""))
                .collect(Collectors.toSet());
    }
}
