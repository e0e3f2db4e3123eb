package io.agyn.tokens;

import io.agyn.access.TokenRights;
import io.agyn.api.model.TokenScope;
import io.agyn.storage.StoredResource;
import io.agyn.users.UserEntity;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
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

    /** The values of {@link TokenScope}. */
    @JdbcTypeCode(SqlTypes.ARRAY)
    String[] scopes;

    /** The only models that the token can call; null for all. */
    @Column(name = "model_ids")
    @JdbcTypeCode(SqlTypes.ARRAY)
    UUID @Nullable [] modelIds;

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

    @Column(name = "last_used_address")
    @Nullable
    String lastUsedAddress;

    @Column(name = "last_used_user_agent")
    @Nullable
    String lastUsedUserAgent;

    /** The API token that created this one. */
    @Column(name = "created_by_token_id")
    @Nullable
    UUID createdByTokenId;

    protected ApiTokenEntity() {}

    ApiTokenEntity(
            UserEntity user,
            String description,
            Plaintext plaintext,
            TokenRights rights,
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
        this.scopes = names(rights);
        this.modelIds = ids(rights);
        this.defaultModelId = defaultModelId;
        this.expiresAt = expiresAt;
        this.createdByTokenId = createdByTokenId;
    }

    void setRights(TokenRights rights) {
        this.scopes = names(rights);
        this.modelIds = ids(rights);
    }

    private static String[] names(TokenRights rights) {
        return rights.scopes().stream().sorted().map(TokenScope::toString).toArray(String[]::new);
    }

    private static UUID @Nullable [] ids(TokenRights rights) {
        return rights.models()
                .map(models -> models.stream().sorted().toArray(UUID[]::new))
                .orElse(null);
    }

    public TokenRights rights() {
        return new TokenRights(
                Arrays.stream(scopes).map(TokenScope::fromValue).collect(Collectors.toSet()),
                Optional.ofNullable(modelIds).map(Set::of));
    }
}
