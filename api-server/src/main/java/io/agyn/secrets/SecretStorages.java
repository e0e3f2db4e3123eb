package io.agyn.secrets;

import io.agyn.api.model.SecretStorage;
import io.agyn.rest.EnumColumn;
import jakarta.persistence.Converter;

/** Stores a {@link SecretStorage}. */
@Converter
public class SecretStorages extends EnumColumn<SecretStorage> {
    public SecretStorages() {
        super(SecretStorage::fromValue);
    }
}
