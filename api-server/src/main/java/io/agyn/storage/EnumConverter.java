package io.agyn.storage;

import jakarta.persistence.AttributeConverter;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stores an enum of the contract under the contract's names.
 *
 * @param <E> the enum
 */
public abstract class EnumConverter<E extends Enum<E>> implements AttributeConverter<E, String> {
    private final Function<String, E> fromName;

    /** @param fromName the generated {@code fromValue} */
    protected EnumConverter(Function<String, E> fromName) {
        this.fromName = fromName;
    }

    @Override
    public @Nullable String convertToDatabaseColumn(@Nullable E value) {
        return value == null ? null : value.toString();
    }

    @Override
    public @Nullable E convertToEntityAttribute(@Nullable String name) {
        return name == null ? null : fromName.apply(name);
    }
}
