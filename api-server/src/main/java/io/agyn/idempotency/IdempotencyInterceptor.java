package io.agyn.idempotency;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.rest.Change;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.UUID;

/**
 * Answers a request that comes again with the same {@code Idempotency-Key} as the first time, and does nothing twice. Two
 * at once wait for each other, in the database: the second finds what the first has done, or does it where that failed.
 */
@Idempotent
@Interceptor
@Priority(Interceptor.Priority.APPLICATION)
class IdempotencyInterceptor {
    private static final String HEADER = "Idempotency-Key";

    private final Contract contract;
    private final IdempotencyKeys keys;
    private final Caller caller;
    private final HttpServerRequest request;
    private final Change change;
    private final ObjectMapper mapper;

    IdempotencyInterceptor(
            Contract contract,
            IdempotencyKeys keys,
            Caller caller,
            HttpServerRequest request,
            Change change,
            ObjectMapper mapper) {
        this.contract = requireNonNull(contract, "contract is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.request = requireNonNull(request, "request is null");
        this.change = requireNonNull(change, "change is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
    }

    @AroundInvoke
    Object once(InvocationContext invocation) throws Exception {
        Operation operation = contract.operations().get(invocation.getMethod().getName());
        String key = operation == null ? null : key(operation, invocation.getParameters());
        if (key == null) {
            return invocation.proceed();
        }
        Identity identity = caller.identity();
        UUID user = identity.userId();
        // The parameters hold the body as it was read: white space and the order of fields make no other request.
        // Whoever may do less by now is not answered what they might do then.
        String asked = request.path() + "\n" + identity.standing() + identity.boundOrganization() + "\n"
                + mapper.writeValueAsString(invocation.getParameters());
        UUID claim = UUID.randomUUID();
        Optional<Response> first = keys.claim(claim, user, key, asked);
        if (first.isPresent()) {
            change.repeat();
            return first.get();
        }
        Response answer = (Response) invocation.proceed();
        keys.store(claim, change.isShownOnce() ? withoutPlaintext(answer) : answer);
        return answer;
    }

    private Response withoutPlaintext(Response answer) throws JsonProcessingException {
        return Response.fromResponse(answer)
                .entity(mapper.writeValueAsBytes(change.representation()))
                .build();
    }

    /** The key that an operation was called with, or null. What is generated from the contract has headers last. */
    private static String key(Operation operation, Object[] parameters) {
        return operation.takes(HEADER) ? (String) parameters[parameters.length - 1] : null;
    }
}
