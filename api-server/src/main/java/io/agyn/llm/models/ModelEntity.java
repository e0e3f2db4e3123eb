package io.agyn.llm.models;

import io.agyn.api.model.ModelRouting;
import io.agyn.storage.StoredResource;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.BatchSize;
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

    @Convert(converter = ModelRoutingConverter.class)
    ModelRouting routing = ModelRouting.FAILOVER;

    /** The share of the model's own target with the routing {@code weighted}. */
    int weight = 1;

    @Column(name = "retry_on_timeout")
    boolean retryOnTimeout;

    /** In the order in which they are tried. */
    @ElementCollection(fetch = FetchType.LAZY)
    @CollectionTable(name = "model_fallback", joinColumns = @JoinColumn(name = "model_id"))
    @OrderBy("position")
    @BatchSize(size = 1000)
    List<ModelFallbackRow> fallbacks = new ArrayList<>();

    protected ModelEntity() {}

    /** The resource sets the other fields. */
    @SuppressWarnings("NullAway.Init")
    ModelEntity(UUID organizationId) {
        begin();
        this.organizationId = organizationId;
    }
}
