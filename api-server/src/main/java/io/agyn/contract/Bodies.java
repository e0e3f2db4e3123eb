package io.agyn.contract;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Parses request bodies as JSON, and checks them against the contract's schemas and the features' {@link BodyRules}.
 */
@Singleton
public final class Bodies {
    private final SchemaCheck schemas;
    private final List<BodyRules<?>> rules;
    private final BodyFields fields;
    private final ObjectMapper mapper;

    Bodies(SchemaCheck schemas, @All List<BodyRules<?>> rules, BodyFields fields, ObjectMapper mapper) {
        this.schemas = schemas;
        this.fields = fields;
        this.rules = List.copyOf(rules);
        this.mapper = mapper.copy()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE);
    }

    /**
     * Reads a body.
     *
     * @param json its bytes
     * @param type a class that is generated from the contract
     * @return a valid body
     * @throws io.agyn.problems.ProblemException with all violations at once
     */
    public <T> T read(byte[] json, Class<T> type) {
        Violations violations = new Violations();
        JsonNode tree = JsonTree.read(json, violations);
        if (schemas.body(tree, type.getSimpleName(), violations)) {
            fields.set(tree);
            T body = bound(tree, type);
            rules.forEach(rule -> applyIfAbout(rule, body, violations));
            violations.throwIfAny();
            return body;
        }
        violations.throwIfAny();
        throw new IllegalStateException("a body that is no object has a violation");
    }

    private <T> T bound(JsonNode tree, Class<T> type) {
        try {
            return mapper.treeToValue(tree, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> void applyIfAbout(BodyRules<T> rule, Object body, Violations violations) {
        if (rule.type().isInstance(body)) {
            rule.check(rule.type().cast(body), violations);
        }
    }
}
