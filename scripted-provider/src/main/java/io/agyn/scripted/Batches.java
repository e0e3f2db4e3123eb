package io.agyn.scripted;

import static io.agyn.scripted.Dialect.ANTHROPIC;
import static io.agyn.scripted.Dialect.array;
import static io.agyn.scripted.Dialect.id;
import static io.agyn.scripted.Dialect.object;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.agyn.scripted.Operation.Match;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's message batches. A batch is in progress when it is created or cancelled, and ended from the next retrieval
 * on, or at the time in its script.
 */
final class Batches {

    private record Request(String customId, @Nullable String model) {}

    private static final class Batch {

        private final String id;
        private final Script script;
        private final List<Request> requests;
        private final Instant createdAt = Instant.now();
        private Optional<Instant> cancelledAt = Optional.empty();
        private int retrievals;

        Batch(String id, Script script, List<Request> requests) {
            this.id = id;
            this.script = script;
            this.requests = requests;
        }

        synchronized void retrieve() {
            retrievals++;
        }

        synchronized void cancel() {
            if (!isEnded()) {
                cancelledAt = Optional.of(Instant.now());
            }
        }

        synchronized boolean isEnded() {
            return script.background()
                    .map(time -> !Instant.now().isBefore(createdAt.plus(time)))
                    .orElse(retrievals > 0);
        }

        synchronized String resultType(int index) {
            List<String> types = script.results();
            if (types.isEmpty()) {
                return cancelledAt.isPresent() ? "canceled" : "succeeded";
            }
            return types.get(index % types.size());
        }

        /** @param url the URL of all batches */
        synchronized JsonObject json(String url) {
            boolean ended = isEnded();
            int processing = ended ? 0 : requests.size();
            JsonObject counts =
                    object("processing", processing, "succeeded", 0, "errored", 0, "canceled", 0, "expired", 0);
            if (ended) {
                IntStream.range(0, requests.size())
                        .mapToObj(this::resultType)
                        .forEach(type -> counts.put(type, counts.getInteger(type) + 1));
            }
            return object(
                    "id",
                    id,
                    "type",
                    "message_batch",
                    "processing_status",
                    ended ? "ended" : cancelledAt.isPresent() ? "canceling" : "in_progress",
                    "request_counts",
                    counts,
                    "ended_at",
                    ended ? Instant.now().toString() : null,
                    "created_at",
                    createdAt.toString(),
                    "expires_at",
                    createdAt.plus(Duration.ofDays(1)).toString(),
                    "archived_at",
                    null,
                    "cancel_initiated_at",
                    cancelledAt.map(Instant::toString).orElse(null),
                    "results_url",
                    ended ? "%s/%s/results".formatted(url, id) : null);
        }
    }

    private final boolean keepsDeleted;
    private final ObjectStore<Batch> batches = new ObjectStore<>();

    /** @param keepsDeleted whether deleted batches stay, and can be deleted while they are in progress */
    Batches(boolean keepsDeleted) {
        this.keepsDeleted = keepsDeleted;
    }

    Response respond(Match match, HttpServerRequest request, byte[] body, Script script) {
        return switch (match.operation()) {
            case CREATE_BATCH -> create(body, url(request), script);
            case LIST_BATCHES -> list(request, script);
            default -> {
                String id = match.ids().getFirst();
                yield batches.get(id)
                        .map(batch -> respond(match.operation(), batch, url(request), script))
                        .orElseGet(() ->
                                error(404, "not_found_error", "Message batch %s not found".formatted(id), script));
            }
        };
    }

    private Response create(byte[] body, String url, Script script) {
        List<Request> requests;
        try {
            requests = requests(body);
        } catch (IOException e) {
            return invalid("The request body is not valid JSON", script);
        }
        if (requests.isEmpty()) {
            return invalid("requests: Field required", script);
        }
        for (int i = 0; i < requests.size(); i++) {
            if (requests.get(i).model == null && !keepsDeleted) {
                return invalid("requests.%d.params.model: Field required".formatted(i), script);
            }
        }
        Batch batch = new Batch(script.id().orElseGet(() -> id("msgbatch_")), script, requests);
        batches.put(batch.id, batch, 100L * requests.size());
        return plain(batch.json(url), script);
    }

    /** Reads only the fields that the results need, since batches may be large. */
    private static List<Request> requests(byte[] body) throws IOException {
        List<Request> requests = new ArrayList<>();
        try (JsonParser parser = RequestBody.JSON.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean entered =
                        parser.currentName().equals("requests") && parser.nextToken() == JsonToken.START_ARRAY;
                while (entered && parser.nextToken() == JsonToken.START_OBJECT) {
                    requests.add(request(parser));
                }
                if (!entered) {
                    if (parser.currentToken() == JsonToken.FIELD_NAME) {
                        parser.nextToken();
                    }
                    parser.skipChildren();
                }
            }
        }
        return requests;
    }

    private static Request request(JsonParser parser) throws IOException {
        String customId = "";
        String model = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("custom_id")) {
                customId = parser.getValueAsString("");
            } else if (name.equals("params") && value == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean named = parser.currentName().equals("model");
                    parser.nextToken();
                    model = named ? parser.getValueAsString() : model;
                    parser.skipChildren();
                }
                continue;
            }
            parser.skipChildren();
        }
        return new Request(customId, model);
    }

    private Response list(HttpServerRequest request, Script script) {
        List<Batch> all = new ArrayList<>(batches.all());
        Collections.reverse(all);
        String limit = request.getParam("limit", "20");
        int size = limit.matches("\\d{1,4}") ? Integer.parseInt(limit) : 20;
        int from = indexOf(all, request.getParam("after_id")) + 1;
        int before = indexOf(all, request.getParam("before_id"));
        if (before >= 0) {
            from = Math.max(0, before - size);
        }
        int to = Math.min(before >= 0 ? before : all.size(), from + size);
        List<Batch> page = all.subList(from, to);
        JsonArray data = array();
        page.forEach(batch -> data.add(batch.json(url(request))));
        boolean more = before >= 0 ? from > 0 : to < all.size();
        return plain(
                object(
                        "data",
                        data,
                        "has_more",
                        more,
                        "first_id",
                        page.isEmpty() ? null : page.getFirst().id,
                        "last_id",
                        page.isEmpty() ? null : page.getLast().id),
                script);
    }

    private static int indexOf(List<Batch> all, @Nullable String id) {
        return IntStream.range(0, all.size())
                .filter(i -> all.get(i).id.equals(id))
                .findFirst()
                .orElse(-1);
    }

    private Response respond(Operation operation, Batch batch, String url, Script script) {
        switch (operation) {
            case CANCEL_BATCH -> {
                batch.cancel();
                return plain(batch.json(url), script);
            }
            case DELETE_BATCH -> {
                if (!batch.isEnded() && !keepsDeleted) {
                    return invalid("Message batches can only be deleted once they have finished processing", script);
                }
                if (!keepsDeleted) {
                    batches.remove(batch.id);
                }
                return plain(object("id", batch.id, "type", "message_batch_deleted"), script);
            }
            case BATCH_RESULTS -> {
                if (!batch.isEnded()) {
                    return invalid("The results of batch %s are not available yet".formatted(batch.id), script);
                }
                return Response.lines(
                        ANTHROPIC,
                        "application/x-jsonl",
                        batch.requests.size(),
                        () -> IntStream.range(0, batch.requests.size()).mapToObj(i -> line(batch, i)),
                        script);
            }
            default -> {
                batch.retrieve();
                return plain(batch.json(url), script);
            }
        }
    }

    /** A result; the usage of each differs. */
    private static JsonObject line(Batch batch, int index) {
        Request request = batch.requests.get(index);
        String type = batch.resultType(index);
        JsonObject result = object("type", type);
        if (type.equals("succeeded")) {
            JsonObject usage = object("input_tokens", 11 + index, "output_tokens", 36, "service_tier", "batch");
            result.put("message", Anthropic.message(String.valueOf(request.model), usage));
        } else if (type.equals("errored")) {
            result.put("error", Anthropic.error("invalid_request_error", "max_tokens: Field required"));
        }
        return object("custom_id", request.customId, "result", result);
    }

    private static String url(HttpServerRequest request) {
        String url = request.absoluteURI();
        String path = "/messages/batches";
        return url.substring(0, url.indexOf(path) + path.length());
    }

    private static Response invalid(String message, Script script) {
        return error(400, "invalid_request_error", message, script);
    }

    private static Response error(int status, String type, String message, Script script) {
        return Response.plain(ANTHROPIC, status, Anthropic.error(type, message), script);
    }

    private static Response plain(JsonObject json, Script script) {
        return Response.plain(ANTHROPIC, 200, json, script);
    }
}
