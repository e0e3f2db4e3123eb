package io.agyn.llm.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class AuthMethodConverter extends EnumConverter<AuthMethod> {
    public AuthMethodConverter() {
        super(AuthMethod::fromValue);
    }
}
