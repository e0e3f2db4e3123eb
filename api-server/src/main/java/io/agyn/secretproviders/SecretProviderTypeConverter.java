package io.agyn.secretproviders;

import io.agyn.api.model.SecretProviderType;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class SecretProviderTypeConverter extends EnumConverter<SecretProviderType> {
    public SecretProviderTypeConverter() {
        super(SecretProviderType::fromValue);
    }
}
