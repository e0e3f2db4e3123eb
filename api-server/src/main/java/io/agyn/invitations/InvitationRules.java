package io.agyn.invitations;

import io.agyn.api.model.InvitationCreate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.time.Instant;

/** An invitation goes to one username or email address, and expires within 90 days. */
@Singleton
class InvitationRules implements BodyRules<InvitationCreate> {
    @Override
    public Class<InvitationCreate> type() {
        return InvitationCreate.class;
    }

    @Override
    public void check(InvitationCreate body, Violations violations) {
        if (!violations.existAt("/username") && !violations.existAt("/email")) {
            if (body.getUsername() == null && body.getEmail() == null) {
                violations.at("/username", "Set username or email.");
            } else if (body.getUsername() != null && body.getEmail() != null) {
                violations.at("/email", "Set username or email, not both.");
            }
        }
        if (body.getExpiresAt() != null) {
            Instant expiry = body.getExpiresAt().toInstant();
            Instant now = Instant.now();
            if (!expiry.isAfter(now) || expiry.isAfter(now.plus(Invitations.MAX_VALIDITY))) {
                violations.at("/expires_at", "Must be in the future, and at most 90 days ahead.");
            }
        }
    }
}
