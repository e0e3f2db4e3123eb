package io.agyn.contract;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.enterprise.context.RequestScoped;
import java.util.HashSet;
import java.util.Set;

/**
 * The names of the top-level fields that the request's body has, with a value or with null: the generated classes do not
 * distinguish an omitted field from a null.
 */
@RequestScoped
public class BodyFields {
    private Set<String> names = Set.of();

    void set(JsonNode body) {
        Set<String> found = new HashSet<>();
        body.fieldNames().forEachRemaining(found::add);
        names = found;
    }

    public boolean has(String name) {
        return names.contains(name);
    }
}
