package io.agyn.scripted;

import static io.agyn.scripted.Dialect.ANTHROPIC;
import static io.agyn.scripted.Dialect.OPENAI;
import static io.agyn.scripted.Dialect.array;
import static io.agyn.scripted.Dialect.object;

import io.agyn.scripted.Operation.Match;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The model lists of both APIs, and Codex' catalog. Any model can be retrieved, since calls accept any. */
final class ModelLists {

    private final List<String> models;

    ModelLists(List<String> models) {
        this.models = models;
    }

    Response respond(Match match, HttpServerRequest request, Script script) {
        boolean anthropic = request.getHeader("anthropic-version") != null;
        Dialect dialect = anthropic ? ANTHROPIC : OPENAI;
        if (match.operation() == Operation.RETRIEVE_MODEL) {
            String id = match.ids().getFirst();
            return Response.plain(dialect, 200, anthropic ? anthropic(id) : openAi(id), script);
        }
        JsonArray data = array();
        models.forEach(id -> data.add(anthropic ? anthropic(id) : openAi(id)));
        JsonObject list = anthropic
                ? object(
                        "data",
                        data,
                        "has_more",
                        false,
                        "first_id",
                        models.isEmpty() ? null : models.getFirst(),
                        "last_id",
                        models.isEmpty() ? null : models.getLast())
                : object("object", "list", "data", data);
        if (!anthropic && request.getParam("client_version") != null) {
            list.put("models", codex());
        }
        return Response.plain(dialect, 200, list, script);
    }

    private static JsonObject openAi(String id) {
        return object("id", id, "object", "model", "created", 1_750_000_000, "owned_by", "scripted");
    }

    private static JsonObject anthropic(String id) {
        return object(
                "type",
                "model",
                "id",
                id,
                "display_name",
                id,
                "created_at",
                "2025-06-15T00:00:00Z",
                "lifecycle",
                "active");
    }

    private JsonArray codex() {
        JsonArray entries = array();
        for (String id : models) {
            entries.add(object(
                    "slug",
                    id,
                    "display_name",
                    id,
                    "supported_reasoning_levels",
                    array(),
                    "shell_type",
                    "shell_command",
                    "visibility",
                    "list",
                    "supported_in_api",
                    true,
                    "priority",
                    entries.size() + 1,
                    "support_verbosity",
                    false,
                    "truncation_policy",
                    object("mode", "tokens", "limit", 10_000),
                    "experimental_supported_tools",
                    array(),
                    "supports_reasoning_summaries",
                    false,
                    "supports_parallel_tool_calls",
                    false,
                    "context_window",
                    272_000,
                    "base_instructions",
                    "You are a coding agent."));
        }
        return entries;
    }
}
