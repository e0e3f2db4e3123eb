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

/** Writes changes of users by the identity provider's tokens to the audit log, also outside of requests of the API. */
@ApplicationScoped
public class UserProvisioningLog {
    private final AuditLog log;

    UserProvisioningLog(AuditLog log) {
        this.log = requireNonNull(log, "log is null");
    }

    /**
     * Adds an event in the current transaction; the user is also its actor.
     *
     * @param operation such as {@code createUser}
     * @param changedFields the names of the changed fields, sorted
     */
    @Transactional(TxType.MANDATORY)
    public void add(String operation, UUID userId, String userName, List<String> changedFields) {
        Source source =
                new Source(userId, userName, null, null, null, Uuid7.next().toString());
        log.add(Event.now(null, operation, Outcome.DONE, null, userId, changedFields, source));
    }
}
