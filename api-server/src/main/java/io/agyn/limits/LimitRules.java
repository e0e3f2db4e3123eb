package io.agyn.limits;

import io.agyn.api.model.LimitCreate;
import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitWindow;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** A limit has a window, unless it counts concurrent calls. */
@Singleton
class LimitRules implements BodyRules<LimitCreate> {
    @Override
    public Class<LimitCreate> type() {
        return LimitCreate.class;
    }

    @Override
    public void check(LimitCreate body, Violations violations) {
        check(body.getMeasure(), body.getWindow(), violations);
    }

    static void check(@Nullable LimitMeasure measure, @Nullable LimitWindow window, Violations violations) {
        if (measure == null || violations.existAt("/window")) {
            return;
        }
        if (measure == LimitMeasure.CONCURRENT_CALLS && window != null) {
            violations.at("/window", "Omit it: concurrent calls have no window.");
        } else if (measure != LimitMeasure.CONCURRENT_CALLS && window == null) {
            violations.at("/window", "Set it to minute, hour, day, week or month.");
        }
    }
}
