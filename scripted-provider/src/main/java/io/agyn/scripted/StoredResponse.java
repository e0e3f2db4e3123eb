package io.agyn.scripted;

import static io.agyn.scripted.RequestBody.objects;

import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A response that later requests refer to.
 *
 * @param response the completed response
 * @param script the script of its create request
 * @param request the body of its create request
 */
// Nothing compares stored responses.
@SuppressWarnings("ArrayRecordComponent")
record StoredResponse(JsonObject response, Script script, byte[] request) {

    String id() {
        return response.getString("id");
    }

    /** The ids of its tool calls, whose results the next request brings. */
    Set<String> callIds() {
        return objects(response.getJsonArray("output"))
                .map(item -> item.getString("call_id", ""))
                .collect(Collectors.toSet());
    }
}
