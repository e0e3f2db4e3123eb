package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.pipeline.Stage;
import io.agyn.rest.ChangeRecorder;
import io.agyn.rest.ResourceDiff;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.Optional;

/**
 * Adds the audit event of a completed operation at the end of its transaction, since it locks the organization's
 * chain until the commit.
 */
@Audited
@Interceptor
@Priority(Stage.Priority.AUDIT)
class AuditInterceptor {
    // Every create takes it.
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final Contract contract;
    private final AuditLog log;
    private final AuditedRequest request;
    private final ChangeRecorder changes;

    AuditInterceptor(Contract contract, AuditLog log, AuditedRequest request, ChangeRecorder changes) {
        this.contract = requireNonNull(contract, "contract is null");
        this.log = requireNonNull(log, "log is null");
        this.request = requireNonNull(request, "request is null");
        this.changes = requireNonNull(changes, "changes is null");
    }

    @AroundInvoke
    Object audit(InvocationContext invocation) throws Exception {
        Object response = invocation.proceed();
        Operation operation = contract.operations().get(invocation.getMethod().getName());
        if (operation != null && !operation.method().equals("GET") && !changes.isRepeated()) {
            Optional<ResourceDiff> diff = changes.diff();
            if (diff.isEmpty() && writesResource(operation)) {
                throw new IllegalStateException(operation.id() + " has written without ResourceResponses");
            }
            log.add(request.done(operation, diff));
        }
        return response;
    }

    /** Whether the operation creates, updates or deletes a resource; others reveal or test one. */
    private static boolean writesResource(Operation operation) {
        return !operation.method().equals("POST") || operation.takes(IDEMPOTENCY_KEY);
    }
}
