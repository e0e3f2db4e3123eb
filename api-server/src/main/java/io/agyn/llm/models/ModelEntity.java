package io.agyn.llm.models;

import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "model")
public class ModelEntity extends StoredResource {
    @Column(name = "organization_id")
    UUID organizationId;

    String name;

    @Nullable
    String alias;

    /** Null after the provider was deleted. */
    @Column(name = "provider_id")
    @Nullable
    UUID providerId;

    @Column(name = "remote_model_name")
    String remoteModelName;

    /** A JSON object, as it was sent. */
    @Column(name = "codex_catalog_entry")
    @Nullable
    String codexCatalogEntry;

    @Column(name = "keep_alive_seconds")
    @Nullable
    Integer keepAliveSeconds;

    protected ModelEntity() {}

    /** The resource sets the other fields. */
    @SuppressWarnings("NullAway.Init")
    ModelEntity(UUID organizationId) {
        begin();
        this.organizationId = organizationId;
    }
}
