package io.agyn.scripted;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The responses of one cloud's API. */
interface Dialect {

    Dialect OPENAI = new OpenAi();
    Dialect ANTHROPIC = new Anthropic();

    /** The completed response. */
    JsonObject response(RequestBody body, Script script);

    /** The events of a streamed response, given the completed one; endless if the script is. */
    Stream<JsonObject> events(JsonObject response, Script script);

    /** The response to a token count request. */
    JsonObject tokenCount();

    /** The error body of a status. */
    JsonObject error(int status, String model);

    /** The error body for an invalid request. */
    JsonObject invalid(String message, @Nullable String parameter);

    /** The error body for a missing parameter. */
    JsonObject missing(String parameter);

    /** The error body for a credential that is not accepted; null means missing. */
    JsonObject rejected(@Nullable String credential);

    /** The error body for an unknown path. */
    JsonObject notFound(String method, String path);

    /** The name of the credential's header. */
    String credentialHeader();

    /** The response header with a new request id. */
    Header requestId();

    /** An event of a type that no client knows. */
    JsonObject unknownEvent();

    /** Adds the number of an event in its stream, in APIs that have one. */
    default JsonObject numbered(JsonObject event, int number) {
        return event;
    }

    /** Encodes a server-sent event, named after its type. */
    default Buffer write(JsonObject event) {
        return Buffer.buffer("event: " + event.getString("type") + "\ndata: " + event.encode() + "\n\n");
    }

    /** Builds an object from alternating names and values. */
    static JsonObject object(@Nullable Object... namesAndValues) {
        JsonObject object = new JsonObject();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    static JsonArray array(@Nullable Object... values) {
        return new JsonArray(new ArrayList<>(Arrays.asList(values)));
    }

    /** A random id in the clouds' format. */
    static String id(String prefix) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "%s%016x%016x".formatted(prefix, random.nextLong(), random.nextLong());
    }
}
