package io.agyn.members;

import io.agyn.api.model.MemberCreate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.stream.Stream;

/** A new member must be identified in exactly one way. */
@Singleton
class MemberRules implements BodyRules<MemberCreate> {
    @Override
    public Class<MemberCreate> type() {
        return MemberCreate.class;
    }

    @Override
    public void check(MemberCreate body, Violations violations) {
        if (violations.existAt("/user_id") || violations.existAt("/username") || violations.existAt("/email")) {
            return;
        }
        long given = Stream.of(body.getUserId(), body.getUsername(), body.getEmail())
                .filter(Objects::nonNull)
                .count();
        if (given == 0) {
            violations.at("/username", "Set user_id, username or email.");
        } else if (given > 1) {
            violations.at(
                    body.getEmail() == null ? "/username" : "/email", "Set only one of user_id, username and email.");
        }
    }
}
