package io.agyn.endtoend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What {@code terraform show -json} says, which holds credentials in plain text. */
record State(List<Thing> things) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A resource or a data source.
     *
     * @param address what terraform calls it
     * @param managed whether it is a resource, which terraform makes and destroys
     * @param type the resource's or data source's type
     * @param values all attributes
     * @param sensitive true in the place of each sensitive value
     */
    record Thing(String address, boolean managed, String type, JsonNode values, JsonNode sensitive) {

        String text(String attribute) {
            return values.required(attribute).asText();
        }

        boolean hides(String attribute) {
            // An object or list here means that values within are sensitive.
            return sensitive.has(attribute)
                    && !sensitive.get(attribute).equals(JSON.getNodeFactory().booleanNode(false));
        }

        private Stream<String> credentials() {
            return values.propertyStream()
                    .filter(value -> hides(value.getKey()))
                    .flatMap(value -> texts(value.getValue()));
        }
    }

    static State parse(String json) throws JsonProcessingException {
        JsonNode resources = JSON.readTree(json).at("/values/root_module/resources");
        return new State(StreamSupport.stream(resources.spliterator(), false)
                .filter(resource -> resource.required("type").asText().startsWith("agyn_"))
                .map(resource -> new Thing(
                        resource.required("address").asText(),
                        resource.required("mode").asText().equals("managed"),
                        resource.required("type").asText(),
                        resource.required("values"),
                        resource.required("sensitive_values")))
                .toList());
    }

    /** The same without data sources. */
    State resources() {
        return new State(things.stream().filter(Thing::managed).toList());
    }

    /** The values that nobody but terraform's state may show. */
    Set<String> credentials() {
        Set<String> credentials = new TreeSet<>();
        things.stream().flatMap(Thing::credentials).forEach(credentials::add);
        return credentials;
    }

    private static Stream<String> texts(JsonNode node) {
        return node.isTextual() ? Stream.of(node.asText()) : node.valueStream().flatMap(State::texts);
    }
}
