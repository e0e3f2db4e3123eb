package io.agyn.scripted;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** How one of the two clouds speaks. */
interface Dialect {

    /** A plain answer. */
    JsonObject answer(Asked asked, Script script);

    /** The events of a streamed answer; endless if the script is. */
    Stream<JsonObject> events(Asked asked, Script script);

    /** The answer to how many tokens a request has. */
    JsonObject tokenCount();

    /** What the cloud says with a status. */
    JsonObject error(int status, String model);

    /** What it says of a request that is wrong. */
    JsonObject invalid(String message, String parameter);

    /** What it says where the credential, null if there is none, is not accepted. */
    JsonObject refused(String credential);

    /** What it says where there is nothing. */
    JsonObject notFound(String method, String path);

    /** The header that names the credential. */
    String credentialHeader();

    /** The header that names an answer. */
    Header requestId();

    /** An event that no client knows. */
    JsonObject unknownEvent();

    /** Writes an event; its type is the event's name. */
    default Buffer write(JsonObject event, int number) {
        return Buffer.buffer("event: " + event.getString("type") + "\ndata: " + event.encode() + "\n\n");
    }

    /** An object of names and values by turns. */
    static JsonObject object(Object... namesAndValues) {
        JsonObject object = new JsonObject();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    /** An array of values. */
    static JsonArray array(Object... values) {
        return new JsonArray(Arrays.asList(values));
    }

    /** An id as the clouds make them. */
    static String id(String prefix) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "%s%016x%016x".formatted(prefix, random.nextLong(), random.nextLong());
    }
}
