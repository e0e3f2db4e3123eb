package io.agyn.contract;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.arc.All;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.List;

/**
 * Reads every request body: as JSON, against the contract's schema, against the features' {@link BodyRules}. It answers
 * all violations at once, or gives the resource a body that has none.
 */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public class BodyReader implements MessageBodyReader<Object> {
    /** The bytes that a body may have. */
    public static final int LIMIT = 1 << 20;

    private final SchemaCheck schemas;
    private final List<BodyRules<?>> rules;
    private final ObjectMapper mapper;

    BodyReader(SchemaCheck schemas, @All List<BodyRules<?>> rules, ObjectMapper mapper) {
        this.schemas = schemas;
        this.rules = List.copyOf(rules);
        this.mapper = mapper.copy()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE);
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type.getPackageName().equals("io.agyn.api.model");
    }

    @Override
    public Object readFrom(
            Class<Object> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> httpHeaders,
            InputStream stream)
            throws IOException {
        Violations violations = new Violations();
        JsonNode tree = JsonTree.read(limited(stream), violations);
        if (schemas.body(tree, type.getSimpleName(), violations)) {
            Object body = mapper.treeToValue(tree, type);
            rules.forEach(rule -> applyIfAbout(rule, body, violations));
            violations.throwIfAny();
            return body;
        }
        violations.throwIfAny();
        throw new IllegalStateException("a body that is no object has a violation");
    }

    /** The problem for a body over the limit. */
    public static ProblemException tooLarge() {
        return new ProblemException(
                ProblemKind.CONTENT_TOO_LARGE, "The body is over 1 MiB (1,048,576 bytes); send a smaller one.");
    }

    private static byte[] limited(InputStream stream) throws IOException {
        byte[] body = stream.readNBytes(LIMIT + 1);
        if (body.length > LIMIT) {
            throw tooLarge();
        }
        return body;
    }

    private static <T> void applyIfAbout(BodyRules<T> rule, Object body, Violations violations) {
        if (rule.type().isInstance(body)) {
            rule.check(rule.type().cast(body), violations);
        }
    }
}
