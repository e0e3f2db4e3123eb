package io.agyn.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.oas.OpenApi30;
import io.agyn.contract.Contract.Operation;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sends every operation's example to a server, ordered so that the resources that it names exist. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ExamplesTest {
    private static final String LOCATION = "https://agyn.example/openapi.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Creates come first, in the contract's order; deletes come last, in reverse order. */
    private static final List<String> METHOD_ORDER = List.of("POST", "PUT", "GET", "DELETE");

    @Inject
    Contract contract;

    private JsonNode root;
    private JsonSchemaFactory schemas;
    /** The server's values by the examples' values: ids that it generated, and names that must be unique in the cluster. */
    private final Map<String, String> actual = new HashMap<>();

    @BeforeEach
    void readContract() throws IOException {
        root = new YAMLMapper().readTree(contract.source());
        resolveNullableReferences(root);
        String openapi = JSON.writeValueAsString(root);
        schemas = JsonSchemaFactory.getInstance(VersionFlag.V4, builder -> builder.metaSchema(OpenApi30.getInstance())
                .defaultMetaSchemaIri(OpenApi30.getInstance().getIri())
                .schemaLoaders(loaders -> loaders.schemas(Map.of(LOCATION, openapi))));
        actual.put("acme", Api.freshName("acme").substring(0, 20));
        actual.put("payments@acme.example", Api.freshName("payments") + "@acme.example");
        // A closed port, so that no test calls a vendor.
        actual.put("https://vault.example.com:8200", "http://127.0.0.1:1");
        actual.put("https://api.openai.com/v1", "http://127.0.0.1:1/v1");
    }

    @Test
    void examplesMatchTheirSchemas() {
        contract.operations().values().forEach(operation -> {
            if (operation.takesBody()) {
                String schema = requestSchema(operation);
                requireValid(operation.id(), schema, example(schema));
            }
            String schema = responseSchema(operation);
            if (schema != null) {
                requireValid(operation.id(), schema, example(schema));
            }
        });
    }

    @Test
    void examplesWorkOnAServer() throws IOException {
        List<Operation> operations = new ArrayList<>(contract.operations().values());
        operations.sort(Comparator.comparingInt(ExamplesTest::stage));
        List<Operation> deletes = operations.stream()
                .filter(operation -> operation.method().equals("DELETE"))
                .toList();
        operations.removeAll(deletes);
        operations.addAll(deletes.reversed());

        for (Operation operation : operations) {
            send(operation);
            if (operation.id().equals("deleteOrganizationApiToken")) {
                // Another one for deleteApiToken.
                actual.remove(example("ApiToken").path("id").asText());
                send(contract.operations().get("createApiToken"));
            }
        }
    }

    private static int stage(Operation operation) {
        boolean creates = operation.method().equals("POST") && operation.takesBody();
        return creates ? 0 : 1 + METHOD_ORDER.indexOf(operation.method());
    }

    private void send(Operation operation) throws IOException {
        prepare(operation);
        RequestSpecification request = Api.asAdmin();
        JsonNode node = root.at("/paths/" + pointer(operation.path()));
        for (JsonNode holder : List.of(node, node.path(method(operation)))) {
            for (JsonNode reference : holder.path("parameters")) {
                addParameter(request, contract.resolve(reference));
            }
        }
        if (operation.takesBody()) {
            request.body(substituted(example(requestSchema(operation))).toString());
        }

        Response response = request.request(operation.method(), operation.path());

        assertThat(response.statusCode())
                .as("%s: %s", operation.id(), response.asString())
                .isEqualTo(successStatus(operation));
        String schema = responseSchema(operation);
        if (schema != null) {
            JsonNode body = JSON.readTree(response.asString());
            requireValid(operation.id(), schema, body);
            learn(example(schema), body);
        }
    }

    /** Creates resources that an operation needs and that no example creates. */
    private void prepare(Operation operation) {
        String organization = actual.get("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e01");
        switch (operation.id()) {
            // Invitations to the caller.
            case "acceptInvitation", "declineInvitation" ->
                actual.put(
                        "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e07",
                        Api.invite(
                                Api.organizationWithoutMembers(),
                                Api.get("/me").extract().path("id"),
                                "member"));
            // After the deletion of the examples' organization.
            case "leaveOrganization" -> {
                String left = Api.organization();
                Api.join(left, Api.user(), "owner");
                actual.put("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e01", left);
            }
            // A closed invitation cannot be resent or cancelled.
            case "resendInvitation", "cancelInvitation" ->
                actual.put("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e07", Api.invite(organization, Api.user(), "member"));
            default -> {
                // The examples suffice.
            }
        }
    }

    private void addParameter(RequestSpecification request, JsonNode parameter) {
        String name = parameter.path("name").asText();
        JsonNode example = substituted(parameter.path("example"));
        switch (parameter.path("in").asText()) {
            case "path" -> request.pathParam(name, example.asText());
            case "query" -> {
                if (parameter.has("example")) {
                    List<String> values = new ArrayList<>();
                    (example.isArray() ? example : JSON.createArrayNode().add(example))
                            .forEach(value -> values.add(value.asText()));
                    request.queryParam(name, String.join(",", values));
                }
            }
            // An example's entity tag matches no resource, and its idempotency key was used by an earlier run.
            default -> assertThat(name).isIn("If-Match", "Idempotency-Key");
        }
    }

    /** Remembers the id that a server gave to the resource of an example. */
    private void learn(JsonNode example, JsonNode body) {
        if (example.has("id") && body.has("id")) {
            actual.putIfAbsent(example.path("id").asText(), body.path("id").asText());
        }
    }

    private JsonNode substituted(JsonNode node) {
        if (node.isTextual()) {
            return TextNode.valueOf(actual.getOrDefault(node.asText(), node.asText()));
        }
        if (node.isObject()) {
            ObjectNode copy = JSON.createObjectNode();
            node.properties().forEach(field -> copy.set(field.getKey(), substituted(field.getValue())));
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = JSON.createArrayNode();
            node.forEach(item -> copy.add(substituted(item)));
            return copy;
        }
        return node;
    }

    private void requireValid(String operation, String schema, JsonNode body) {
        assertThat(schemas.getSchema(SchemaLocation.of(LOCATION + "#/components/schemas/" + schema))
                        .validate(body))
                .as("%s: %s", operation, body)
                .isEmpty();
    }

    private JsonNode example(String schema) {
        JsonNode example = root.at("/components/schemas/" + schema + "/example");
        assertThat(example.isMissingNode()).as("example of %s", schema).isFalse();
        return example;
    }

    private String requestSchema(Operation operation) {
        return schemaName(node(operation).at("/requestBody/content/application~1json/schema"));
    }

    /** The name of the response's schema; null for a response without JSON. */
    private String responseSchema(Operation operation) {
        return schemaName(
                node(operation).at("/responses/" + successStatus(operation) + "/content/application~1json/schema"));
    }

    private int successStatus(Operation operation) {
        return node(operation).path("responses").properties().stream()
                .map(Map.Entry::getKey)
                .filter(status -> status.startsWith("2"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow();
    }

    private JsonNode node(Operation operation) {
        return root.at("/paths/" + pointer(operation.path()) + "/" + method(operation));
    }

    private static String schemaName(JsonNode schema) {
        String reference = schema.path("$ref").asText(null);
        return reference == null ? null : reference.substring(reference.lastIndexOf('/') + 1);
    }

    private static String method(Operation operation) {
        return operation.method().toLowerCase(Locale.ROOT);
    }

    private static String pointer(String path) {
        return path.replace("~", "~0").replace("/", "~1");
    }

    /** The validator ignores {@code nullable} with {@code allOf}: replaces it by a copy of the enum with null. */
    private void resolveNullableReferences(JsonNode node) {
        if (node.path("nullable").asBoolean() && node.has("allOf")) {
            ObjectNode schema = (ObjectNode) node;
            JsonNode referenced = contract.resolve(schema.remove("allOf").path(0));
            schema.put("type", "string");
            ((ArrayNode) schema.putArray("enum").addAll((ArrayNode) referenced.path("enum"))).addNull();
        }
        node.forEach(this::resolveNullableReferences);
    }
}
