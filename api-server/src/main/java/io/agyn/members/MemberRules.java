package io.agyn.members;

import io.agyn.api.model.MemberCreate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;

/** A new member must be identified in exactly one way. */
@Singleton
class MemberRules implements BodyRules<MemberCreate> {
    @Override
    public Class<MemberCreate> type() {
        return MemberCreate.class;
    }

    @Override
    public void check(MemberCreate body, Violations violations) {
        if (violations.existAt("/user_id") || violations.existAt("/email")) {
            return;
        }
        if (body.getUserId() == null && body.getEmail() == null) {
            violations.at("/user_id", "Set user_id or email.");
        } else if (body.getUserId() != null && body.getEmail() != null) {
            violations.at("/email", "Set user_id or email, not both.");
        }
    }
}
