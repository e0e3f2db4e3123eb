package io.agyn.secrets;

import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.PrimaryKeyJoinColumn;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.SecondaryRow;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "secret")
@SecondaryTable(name = SecretEntity.STATUS, pkJoinColumns = @PrimaryKeyJoinColumn(name = "secret_id"))
// RemoteSecretStatuses writes it.
@SecondaryRow(table = SecretEntity.STATUS, owned = false)
public class SecretEntity extends StoredResource {
    static final String STATUS = "remote_secret_status";

    @Column(name = "organization_id")
    UUID organizationId;

    String name;

    @Nullable
    String description;

    /** Empty for a remote secret. */
    @Column(name = "value_ciphertext")
    byte[] valueCiphertext;

    /** The secret provider of a remote secret; null for a local one. */
    @Column(name = "provider_id")
    @Nullable
    UUID providerId;

    @Column(name = "remote_path")
    @Nullable
    String remotePath;

    @Column(name = "remote_key")
    @Nullable
    String remoteKey;

    long version;

    String fingerprint;

    /** The fingerprint of the reference that was read last. */
    @Column(name = "fingerprint", table = STATUS, insertable = false, updatable = false)
    @Nullable
    String readFingerprint;

    @Column(name = "read_version", table = STATUS, insertable = false, updatable = false)
    @Nullable
    Long readVersion;

    @Column(name = "read_at", table = STATUS, insertable = false, updatable = false)
    @Nullable
    Instant readAt;

    @Column(name = "error", table = STATUS, insertable = false, updatable = false)
    @Nullable
    String lastError;

    @Column(name = "error_at", table = STATUS, insertable = false, updatable = false)
    @Nullable
    Instant lastErrorAt;

    protected SecretEntity() {}

    /** The resource sets the other fields. */
    @SuppressWarnings("NullAway.Init")
    SecretEntity(UUID organizationId) {
        begin();
        this.organizationId = organizationId;
    }

    boolean isRemote() {
        return providerId != null;
    }

    /** Whether the secret was read from its secret provider since its reference changed. */
    boolean isRead() {
        return isRemote() && fingerprint.equals(readFingerprint);
    }

    /** The context of the value's ciphertext. */
    EncryptionContext valueContext() {
        return SecretCredentials.VALUE.context(organizationId, id);
    }
}
