package io.agyn.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/** The OpenAPI contract, {@code openapi/openapi.yaml}, which the server is generated from and serves. */
@Startup
@Singleton
public class Contract {
    private static final String RESOURCE = "/openapi.yaml";
    private static final List<String> METHODS = List.of("get", "post", "put", "delete");

    /**
     * A parameter of an operation.
     *
     * @param in {@code query}, {@code header} or {@code path}
     * @param schema its schema, references resolved
     */
    public record Parameter(String name, String in, JsonNode schema) {}

    /**
     * An operation as the contract describes it.
     *
     * @param id its operationId, which is also the name of the generated method
     * @param method the HTTP method in upper case
     * @param path the path template below {@code /api/v1}
     * @param parameters its parameters, including path parameters
     * @param takesBody whether it has a request body
     */
    public record Operation(String id, String method, String path, List<Parameter> parameters, boolean takesBody) {
        /** Whether it has a header parameter. */
        public boolean takes(String header) {
            return parametersIn("header").stream()
                    .anyMatch(parameter -> parameter.name().equals(header));
        }

        /** Returns its parameters in {@code query}, {@code header} or {@code path}. */
        public List<Parameter> parametersIn(String location) {
            return parameters.stream()
                    .filter(parameter -> parameter.in().equals(location))
                    .toList();
        }
    }

    private record Parsed(JsonNode root, Map<String, Operation> operations) {}

    private final byte[] source = read();
    private final CompletableFuture<Parsed> parsed = new CompletableFuture<>();
    private final ConcurrentMap<String, Map<String, String>> auditNames = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Set<String>> observed = new ConcurrentHashMap<>();

    /** Parses in the background, so that the rest of the start does not wait. */
    @PostConstruct
    void parseInBackground() {
        parsed.completeAsync(() -> parse(source));
    }

    /** The contract's bytes, as in the repository. */
    public byte[] source() {
        return source.clone();
    }

    /** All operations by id, in the contract's order. */
    public Map<String, Operation> operations() {
        return parsed.join().operations();
    }

    /**
     * Returns the methods that a path below {@code /api/v1} accepts, including HEAD with GET; empty for an unknown
     * path.
     */
    public List<String> methodsAt(String path) {
        return operations().values().stream()
                .filter(operation -> path.matches(operation.path().replaceAll("\\{[^}]+}", "[^/]+")))
                .flatMap(operation ->
                        operation.method().equals("GET") ? Stream.of("GET", "HEAD") : Stream.of(operation.method()))
                .toList();
    }

    /** Returns the request schemas whose {@code x-agyn-rules} a feature's {@link BodyRules} check. */
    List<String> schemasWithRules() {
        return parsed.join().root().at("/components/schemas").properties().stream()
                .filter(schema -> schema.getValue().has("x-agyn-rules"))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns a schema of the contract's components, or a missing node. */
    JsonNode schema(String name) {
        return parsed.join().root().at("/components/schemas/" + name);
    }

    /**
     * The fields of a resource that a write can change, as JSON pointers, each with its name in the audit log: all properties
     * of the schema except its {@code x-agyn-derived}, with the names in its {@code x-agyn-audit-names}. An object counts as
     * its properties, such as {@code config.address}.
     */
    public Map<String, String> auditNames(String schema) {
        return auditNames.computeIfAbsent(schema, name -> auditNames(schema(name)));
    }

    /** The fields of a resource in its {@code x-agyn-observed}: the server sets them, and they are not in the entity tag. */
    public Set<String> observed(String schema) {
        return observed.computeIfAbsent(schema, name -> {
            Set<String> fields = new HashSet<>();
            schema(name).path("x-agyn-observed").forEach(field -> fields.add(field.asText()));
            return Set.copyOf(fields);
        });
    }

    private Map<String, String> auditNames(JsonNode resource) {
        Set<String> derived = new HashSet<>();
        resource.path("x-agyn-derived").forEach(name -> derived.add(name.asText()));
        JsonNode renamed = resource.path("x-agyn-audit-names");
        Map<String, String> names = new HashMap<>();
        resource.path("properties").fieldNames().forEachRemaining(name -> {
            if (!derived.contains(name)) {
                JsonNode parts = resolve(resource.path("properties").path(name)).path("properties");
                parts.fieldNames().forEachRemaining(part -> names.put("/" + name + "/" + part, name + "." + part));
                if (parts.isEmpty()) {
                    names.put("/" + name, renamed.path(name).asText(name));
                }
            }
        });
        return names;
    }

    /** Follows a {@code $ref}; returns other nodes unchanged. */
    JsonNode resolve(JsonNode node) {
        return resolve(parsed.join().root(), node);
    }

    private static JsonNode resolve(JsonNode root, JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode()
                ? node
                : resolve(root, root.at(reference.asText().substring(1)));
    }

    private static byte[] read() {
        try (InputStream stream = Contract.class.getResourceAsStream(RESOURCE)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Parsed parse(byte[] source) {
        try {
            JsonNode root = new YAMLMapper().readTree(source);
            Map<String, Operation> operations = new LinkedHashMap<>();
            root.path("paths").properties().forEach(path -> {
                for (String method : METHODS) {
                    if (path.getValue().has(method)) {
                        Operation operation = operation(root, method, path.getKey(), path.getValue());
                        operations.put(operation.id(), operation);
                    }
                }
            });
            return new Parsed(root, Collections.unmodifiableMap(operations));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Operation operation(JsonNode root, String method, String path, JsonNode pathItem) {
        JsonNode operation = pathItem.path(method);
        List<Parameter> parameters = new ArrayList<>();
        for (JsonNode holder : List.of(pathItem, operation)) {
            for (JsonNode reference : holder.path("parameters")) {
                JsonNode parameter = resolve(root, reference);
                parameters.add(new Parameter(
                        parameter.path("name").asText(),
                        parameter.path("in").asText(),
                        resolve(root, parameter.path("schema"))));
            }
        }
        return new Operation(
                operation.path("operationId").asText(),
                method.toUpperCase(Locale.ROOT),
                path,
                List.copyOf(parameters),
                operation.has("requestBody"));
    }
}
