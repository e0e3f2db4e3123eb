package io.agyn.secrets;

import io.agyn.api.model.SecretStorage;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;

@Entity
@Table(name = "secret")
public class SecretEntity extends StoredResource {
    @Column(name = "organization_id")
    UUID organizationId;

    String name;

    String description;

    @Convert(converter = SecretStorageConverter.class)
    SecretStorage storage;

    @Column(name = "value_ciphertext")
    byte[] valueCiphertext;

    long version;

    String fingerprint;

    protected SecretEntity() {}

    /** The resource sets the other fields. */
    @SuppressWarnings("NullAway.Init")
    SecretEntity(UUID organizationId) {
        begin();
        this.organizationId = organizationId;
    }

    /** The context of the value's ciphertext. */
    EncryptionContext valueContext() {
        return SecretCredentials.VALUE.context(organizationId, id);
    }
}
