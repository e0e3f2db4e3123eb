package io.agyn.llm.models;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.UUID;

/** A fallback of a model. */
@Embeddable
class ModelFallbackRow {
    int position;

    /** The model's, for the foreign key of the LLM provider. */
    @Column(name = "organization_id")
    UUID organizationId;

    @Column(name = "provider_id")
    UUID providerId;

    @Column(name = "remote_model_name")
    String remoteModelName;

    int weight;

    @SuppressWarnings("NullAway.Init")
    protected ModelFallbackRow() {}

    ModelFallbackRow(int position, UUID organizationId, UUID providerId, String remoteModelName, int weight) {
        this.position = position;
        this.organizationId = organizationId;
        this.providerId = providerId;
        this.remoteModelName = remoteModelName;
        this.weight = weight;
    }
}
