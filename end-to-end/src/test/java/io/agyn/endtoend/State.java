package io.agyn.endtoend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The state from {@code terraform show -json}, which has credentials in plain text. */
record State(List<Resource> resources) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A resource or a data source.
     *
     * @param address its address in terraform
     * @param managed true for resources, false for data sources
     * @param type the terraform type, such as {@code agyn_secret}
     * @param values all attributes
     * @param sensitive the same structure, with true for each sensitive value
     */
    record Resource(String address, boolean managed, String type, JsonNode values, JsonNode sensitive) {

        String text(String attribute) {
            return values.required(attribute).asText();
        }

        private Stream<String> credentials() {
            return sensitiveTexts(values, sensitive);
        }
    }

    static State parse(String json) throws JsonProcessingException {
        JsonNode resources = JSON.readTree(json).at("/values/root_module/resources");
        return new State(StreamSupport.stream(resources.spliterator(), false)
                .filter(resource -> resource.required("type").asText().startsWith("agyn_"))
                .map(resource -> new Resource(
                        resource.required("address").asText(),
                        resource.required("mode").asText().equals("managed"),
                        resource.required("type").asText(),
                        resource.required("values"),
                        resource.required("sensitive_values")))
                .toList());
    }

    /** The state without data sources. */
    State managed() {
        return new State(resources.stream().filter(Resource::managed).toList());
    }

    /** The credentials, which only terraform's state may show. */
    Set<String> credentials() {
        Set<String> credentials = new TreeSet<>();
        resources.stream().flatMap(Resource::credentials).forEach(credentials::add);
        return credentials;
    }

    /** Whether a value is sensitive as a whole, by its node in {@code sensitive_values}. */
    static boolean isSensitive(JsonNode sensitive) {
        return sensitive.isBoolean() && sensitive.booleanValue();
    }

    private static Stream<String> sensitiveTexts(JsonNode value, JsonNode sensitive) {
        if (isSensitive(sensitive)) {
            return texts(value);
        }
        if (value.isObject()) {
            return value.propertyStream()
                    .flatMap(member -> sensitiveTexts(member.getValue(), sensitive.path(member.getKey())));
        }
        return IntStream.range(0, value.size())
                .boxed()
                .flatMap(index -> sensitiveTexts(value.get(index), sensitive.path(index)));
    }

    private static Stream<String> texts(JsonNode node) {
        return node.isTextual() ? Stream.of(node.asText()) : node.valueStream().flatMap(State::texts);
    }
}
