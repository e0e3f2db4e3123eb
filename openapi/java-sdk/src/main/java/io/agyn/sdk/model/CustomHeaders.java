package io.agyn.sdk.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/**
 * Headers to send to an LLM provider. Their values are credentials: {@link #toString()} omits them, which the plain map
 * that the generator would use does not.
 */
@NullMarked
public final class CustomHeaders implements Serializable {
    private static final long serialVersionUID = 1L;

    private final LinkedHashMap<String, String> values;

    private CustomHeaders(Map<String, String> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /**
     * Creates a single header.
     *
     * @param name the header's name
     * @param value its value
     * @return the header
     */
    public static CustomHeaders of(String name, String value) {
        return new CustomHeaders(Map.of(name, value));
    }

    /**
     * Creates several headers.
     *
     * @param values the values by the headers' names
     * @return a copy of them
     */
    @JsonCreator
    public static CustomHeaders of(Map<String, String> values) {
        return new CustomHeaders(values);
    }

    /**
     * Returns the values by the headers' names.
     *
     * @return an unmodifiable copy
     */
    @JsonValue
    public Map<String, String> toMap() {
        return Map.copyOf(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CustomHeaders headers && values.equals(headers.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** {@return the names of the headers, without their values} */
    @Override
    public String toString() {
        return "CustomHeaders" + values.keySet();
    }
}
