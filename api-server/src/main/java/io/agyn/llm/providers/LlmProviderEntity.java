package io.agyn.llm.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.WebSocketMode;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "llm_provider")
public class LlmProviderEntity extends StoredResource {
    @Column(name = "organization_id")
    UUID organizationId;

    String name;

    String endpoint;

    @Convert(converter = ProtocolConverter.class)
    Protocol protocol;

    @Column(name = "auth_method")
    @Convert(converter = AuthMethodConverter.class)
    AuthMethod authMethod;

    @Convert(converter = WebSocketModeConverter.class)
    WebSocketMode websocket;

    @Column(name = "token_secret_id")
    @Nullable
    UUID tokenSecretId;

    @Column(name = "token_ciphertext")
    byte @Nullable [] tokenCiphertext;

    @Column(name = "custom_header_names")
    @JdbcTypeCode(SqlTypes.ARRAY)
    List<String> customHeaderNames = List.of();

    /** The headers as a JSON object. */
    @Column(name = "custom_headers_ciphertext")
    byte @Nullable [] customHeadersCiphertext;

    @Column(name = "credentials_fingerprint")
    String credentialsFingerprint;

    /** Computed in the provider's query, so that a list takes one query. */
    @Formula("(select count(*) from model m where m.organization_id = organization_id and (m.provider_id = id"
            + " or exists (select 1 from model_fallback f where f.model_id = m.id and f.provider_id = id)))")
    long modelCount;

    protected LlmProviderEntity() {}

    /** The resource sets the other fields. */
    @SuppressWarnings("NullAway.Init")
    LlmProviderEntity(UUID organizationId) {
        begin();
        this.organizationId = organizationId;
    }

    /** The context of the token's ciphertext, and of the fingerprints of tokens. */
    EncryptionContext tokenContext() {
        return LlmProviderCredentials.TOKEN.context(organizationId, id);
    }

    /** The context of the header map's ciphertext. */
    EncryptionContext customHeadersContext() {
        return LlmProviderCredentials.CUSTOM_HEADERS.context(organizationId, id);
    }
}
