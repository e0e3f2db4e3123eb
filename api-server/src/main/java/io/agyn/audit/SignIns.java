package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.util.UUID;

/** Writes sign-ins and sign-outs of the Console to the audit log. */
@ApplicationScoped
public class SignIns {
    private final AuditLog log;
    private final AuditedRequest request;

    SignIns(AuditLog log, AuditedRequest request) {
        this.log = requireNonNull(log, "log is null");
        this.request = requireNonNull(request, "request is null");
    }

    /**
     * Adds the event in the current transaction.
     *
     * @param operation {@code signIn}, {@code confirmSignIn} or {@code signOut}
     * @param tokenId the API token of the session
     */
    @Transactional(TxType.MANDATORY)
    public void add(String operation, UUID tokenId) {
        log.add(request.done(operation, tokenId));
    }
}
