package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.util.UUID;

/** Puts into the audit log who signed in to the Console and out of it. */
@ApplicationScoped
public class SignIns {
    private final AuditLog log;
    private final AuditedRequest request;

    SignIns(AuditLog log, AuditedRequest request) {
        this.log = requireNonNull(log, "log is null");
        this.request = requireNonNull(request, "request is null");
    }

    /**
     * Adds what the caller has just done, in the transaction of what it tells of.
     *
     * @param operation {@code signIn} or {@code signOut}
     * @param tokenId the API token that the session stands on
     */
    @Transactional(TxType.MANDATORY)
    public void add(String operation, UUID tokenId) {
        log.add(request.done(operation, tokenId));
    }
}
