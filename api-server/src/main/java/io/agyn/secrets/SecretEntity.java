package io.agyn.secrets;

import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Formula;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "secret")
public class SecretEntity extends StoredResource {
    private static final String STATUS =
            " from remote_secret_status s where s.secret_id = id and s.fingerprint = fingerprint)";

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

    // The last read of the current reference, computed in the secret's query, so that a list takes one query.

    @Formula("(select s.read_version" + STATUS)
    @Nullable
    Long readVersion;

    @Formula("(select s.read_at" + STATUS)
    @Nullable
    Instant readAt;

    @Formula("(select s.error" + STATUS)
    @Nullable
    String lastError;

    @Formula("(select s.error_at" + STATUS)
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

    /** Sets the fingerprint of the value or the reference. If it differs, the version increases. */
    void setFingerprint(String next) {
        if (!next.equals(fingerprint)) {
            fingerprint = next;
            version++;
            readVersion = null;
            readAt = null;
            lastError = null;
            lastErrorAt = null;
        }
    }

    /** The context of the value's ciphertext. */
    EncryptionContext valueContext() {
        return SecretCredentials.VALUE.context(organizationId, id);
    }
}
