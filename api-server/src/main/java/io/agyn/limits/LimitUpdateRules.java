package io.agyn.limits;

import io.agyn.api.model.LimitUpdate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;

/** The rules of {@link LimitRules}, for an update. */
@Singleton
class LimitUpdateRules implements BodyRules<LimitUpdate> {
    @Override
    public Class<LimitUpdate> type() {
        return LimitUpdate.class;
    }

    @Override
    public void check(LimitUpdate body, Violations violations) {
        LimitRules.check(body.getMeasure(), body.getWindow(), violations);
    }
}
