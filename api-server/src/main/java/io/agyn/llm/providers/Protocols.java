package io.agyn.llm.providers;

import io.agyn.api.model.Protocol;
import io.agyn.rest.EnumColumn;
import jakarta.persistence.Converter;

/** Stores a {@link Protocol}. */
@Converter
public class Protocols extends EnumColumn<Protocol> {
    public Protocols() {
        super(Protocol::fromValue);
    }
}
