package io.agyn.llm.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.rest.EnumColumn;
import jakarta.persistence.Converter;

/** Stores a {@link AuthMethod}. */
@Converter
public class AuthMethods extends EnumColumn<AuthMethod> {
    public AuthMethods() {
        super(AuthMethod::fromValue);
    }
}
