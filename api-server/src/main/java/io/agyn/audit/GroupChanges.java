package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.ids.Uuid7;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.util.List;
import java.util.UUID;

/** Writes the memberships that begin and end with a user's groups to the organizations' audit logs. */
@ApplicationScoped
public class GroupChanges {
    private final AuditLog log;

    GroupChanges(AuditLog log) {
        this.log = requireNonNull(log, "log is null");
    }

    /**
     * Adds the event in the current transaction. It has no request: a token's groups also change while the LLM Proxy
     * verifies it.
     *
     * @param operation {@code joinByGroup}, {@code changeByGroup} or {@code leaveByGroup}
     * @param userName the user's name
     */
    @Transactional(TxType.MANDATORY)
    public void add(UUID organizationId, String operation, UUID userId, String userName) {
        Source source =
                new Source(userId, userName, null, null, null, Uuid7.next().toString());
        log.add(Event.now(organizationId, operation, Outcome.DONE, null, userId, List.of(), source));
    }
}
