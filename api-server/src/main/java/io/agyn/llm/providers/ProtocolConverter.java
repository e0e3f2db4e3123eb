package io.agyn.llm.providers;

import io.agyn.api.model.Protocol;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class ProtocolConverter extends EnumConverter<Protocol> {
    public ProtocolConverter() {
        super(Protocol::fromValue);
    }
}
