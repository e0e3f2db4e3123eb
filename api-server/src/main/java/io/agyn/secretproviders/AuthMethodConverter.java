package io.agyn.secretproviders;

import io.agyn.api.model.SecretProviderAuthMethod;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class AuthMethodConverter extends EnumConverter<SecretProviderAuthMethod> {
    public AuthMethodConverter() {
        super(SecretProviderAuthMethod::fromValue);
    }
}
