package io.agyn.tokens;

import io.agyn.api.model.ApiTokenUpdate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;

/** Rejects changes to tokens that could never work. */
@Singleton
class ApiTokenUpdateRules implements BodyRules<ApiTokenUpdate> {
    @Override
    public Class<ApiTokenUpdate> type() {
        return ApiTokenUpdate.class;
    }

    @Override
    public void check(ApiTokenUpdate body, Violations violations) {
        ApiTokenRules.checkDefaultModel(body.getDefaultModelId(), body.getModelIds(), violations);
    }
}
