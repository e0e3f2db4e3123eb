package io.agyn.secretproviders;

import io.agyn.api.model.SecretProviderAuthMethod;
import io.agyn.api.model.SecretProviderType;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Formula;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "secret_provider")
public class SecretProviderEntity extends StoredResource {
    @Column(name = "organization_id")
    UUID organizationId;

    String name;

    @Nullable
    String description;

    @Convert(converter = SecretProviderTypeConverter.class)
    SecretProviderType type;

    String address;

    @Nullable
    String namespace;

    /** PEM certificates. */
    @Column(name = "ca_certificate")
    @Nullable
    String caCertificate;

    @Column(name = "auth_method")
    @Convert(converter = AuthMethodConverter.class)
    SecretProviderAuthMethod authMethod;

    @Column(name = "token_ciphertext")
    byte @Nullable [] tokenCiphertext;

    @Column(name = "role_id")
    @Nullable
    String roleId;

    @Column(name = "approle_mount")
    @Nullable
    String approleMount;

    @Column(name = "approle_secret_id_ciphertext")
    byte @Nullable [] secretIdCiphertext;

    @Column(name = "credentials_fingerprint")
    String credentialsFingerprint;

    /** Computed in the provider's query, so that a list takes one query. */
    @Formula("(select count(*) from secret s where s.organization_id = organization_id and s.provider_id = id)")
    long secretCount;

    protected SecretProviderEntity() {}

    /** The resource sets the other fields. */
    @SuppressWarnings("NullAway.Init")
    SecretProviderEntity(UUID organizationId) {
        begin();
        this.organizationId = organizationId;
    }

    /** The context of the token's ciphertext and fingerprint. */
    EncryptionContext tokenContext() {
        return SecretProviderCredentials.TOKEN.context(organizationId, id);
    }

    /** The context of the secret id's ciphertext and fingerprint. */
    EncryptionContext secretIdContext() {
        return SecretProviderCredentials.SECRET_ID.context(organizationId, id);
    }
}
