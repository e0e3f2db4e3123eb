package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The claims of a verified JWT. */
public final class Claims {
    // Until the year 9999.
    private static final long MAX_SECONDS = 253_402_300_799L;

    private final JsonNode json;

    Claims(JsonNode json) {
        this.json = requireNonNull(json, "json is null");
    }

    /** A claim that is a text and not blank. */
    Optional<String> text(String name) {
        return Optional.of(at(name))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(text -> !text.isBlank());
    }

    /** A claim that is a list of texts, or one text; empty without the claim. */
    Set<String> texts(String name) {
        JsonNode value = at(name);
        Set<String> texts = new LinkedHashSet<>();
        if (value.isTextual()) {
            texts.add(value.textValue());
        }
        for (JsonNode item : value.isArray() ? value : MissingNode.getInstance()) {
            if (item.isTextual()) {
                texts.add(item.textValue());
            }
        }
        return texts;
    }

    /** Whether a claim is present and not null. */
    boolean has(String name) {
        return !at(name).isMissingNode() && !at(name).isNull();
    }

    /** Whether a claim is true, or the text "true" as some providers send it. */
    boolean isTrue(String name) {
        return at(name).isBoolean() ? at(name).booleanValue() : text(name).equals(Optional.of("true"));
    }

    /** A claim that is a number of seconds since 1970. */
    Optional<Instant> time(String name) {
        return Optional.of(at(name))
                .filter(JsonNode::isNumber)
                .filter(seconds -> seconds.doubleValue() >= 0 && seconds.doubleValue() <= MAX_SECONDS)
                .map(seconds -> Instant.ofEpochSecond(seconds.longValue()));
    }

    /** These claims, and those of another document that are missing here. */
    Claims or(JsonNode others) {
        ObjectNode all = json.isObject() ? json.deepCopy() : JsonNodeFactory.instance.objectNode();
        others.fields().forEachRemaining(claim -> all.putIfAbsent(claim.getKey(), claim.getValue()));
        return new Claims(all);
    }

    JsonNode object(String name) {
        return at(name);
    }

    /** The claim of that name, or the one at the path that the dots in the name separate. */
    private JsonNode at(String name) {
        JsonNode claim = json.path(name);
        if (!claim.isMissingNode() || name.indexOf('.') < 0) {
            return claim;
        }
        JsonNode at = json;
        for (String segment : name.split("\\.", -1)) {
            at = at.path(segment);
        }
        return at;
    }
}
