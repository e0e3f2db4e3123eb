package io.agyn.secrets;

import io.agyn.api.model.SecretStorage;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class SecretStorageConverter extends EnumConverter<SecretStorage> {
    public SecretStorageConverter() {
        super(SecretStorage::fromValue);
    }
}
