package io.agyn.tokens;

import io.agyn.api.model.ApiTokenCreate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rejects tokens that could never work. */
@Singleton
class ApiTokenRules implements BodyRules<ApiTokenCreate> {
    @Override
    public Class<ApiTokenCreate> type() {
        return ApiTokenCreate.class;
    }

    @Override
    public void check(ApiTokenCreate body, Violations violations) {
        if (body.getExpiresAt() != null && !body.getExpiresAt().toInstant().isAfter(Instant.now())) {
            violations.at("/expires_at", "Must be in the future; omit it for a token that does not expire.");
        }
        checkDefaultModel(body.getDefaultModelId(), body.getModelIds(), violations);
    }

    /** @param modelIds null for all models */
    static void checkDefaultModel(@Nullable UUID defaultModelId, @Nullable Set<UUID> modelIds, Violations violations) {
        if (defaultModelId != null && modelIds != null && !modelIds.contains(defaultModelId)) {
            violations.at("/default_model_id", "Must be one of the model_ids; the token could not call it.");
        }
    }
}
