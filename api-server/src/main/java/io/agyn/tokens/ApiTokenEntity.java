package io.agyn.tokens;

import io.agyn.storage.StoredResource;
import io.agyn.users.UserEntity;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "api_token")
public class ApiTokenEntity extends StoredResource {
    @ManyToOne(optional = false)
    @JoinColumn(name = "user_id")
    public UserEntity user;

    public String description;

    public String prefix;

    @Column(name = "token_hash")
    byte[] tokenHash;

    @Column(name = "organization_id")
    public @Nullable UUID organizationId;

    /** The model of calls without a model; it may become unreachable for the token. */
    @Column(name = "default_model_id")
    @Nullable
    UUID defaultModelId;

    @Column(name = "expires_at")
    @Nullable
    Instant expiresAt;

    @Column(name = "last_used_at")
    @Nullable
    Instant lastUsedAt;

    /** The API token that created this one. */
    @Column(name = "created_by_token_id")
    @Nullable
    UUID createdByTokenId;

    protected ApiTokenEntity() {}

    ApiTokenEntity(
            UserEntity user,
            String description,
            Plaintext plaintext,
            @Nullable UUID organizationId,
            @Nullable UUID defaultModelId,
            @Nullable Instant expiresAt,
            @Nullable UUID createdByTokenId) {
        begin();
        this.user = user;
        this.description = description;
        this.prefix = plaintext.prefix();
        this.tokenHash = plaintext.hash();
        this.organizationId = organizationId;
        this.defaultModelId = defaultModelId;
        this.expiresAt = expiresAt;
        this.createdByTokenId = createdByTokenId;
    }
}
