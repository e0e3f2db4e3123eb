package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.pipeline.Stage;
import io.agyn.rest.ResourceDiff;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;

/**
 * Adds the audit event of a completed operation at the end of its transaction, since it locks the organization's
 * chain until the commit.
 */
@Audited
@Interceptor
@Priority(Stage.Priority.AUDIT)
class AuditInterceptor {
    private final Contract contract;
    private final AuditLog log;
    private final AuditedRequest request;
    private final ResourceDiff change;

    AuditInterceptor(Contract contract, AuditLog log, AuditedRequest request, ResourceDiff change) {
        this.contract = requireNonNull(contract, "contract is null");
        this.log = requireNonNull(log, "log is null");
        this.request = requireNonNull(request, "request is null");
        this.change = requireNonNull(change, "change is null");
    }

    @AroundInvoke
    Object audit(InvocationContext invocation) throws Exception {
        Object response = invocation.proceed();
        Operation operation = contract.operations().get(invocation.getMethod().getName());
        if (operation != null && !operation.method().equals("GET") && !change.isRepeated()) {
            log.add(request.done(operation, change));
        }
        return response;
    }
}
