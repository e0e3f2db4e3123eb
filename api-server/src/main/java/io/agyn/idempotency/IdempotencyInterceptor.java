package io.agyn.idempotency;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.pipeline.Stage;
import io.agyn.rest.ResourceDiff;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Answers a request that comes again with the same {@code Idempotency-Key} as the first time, and does nothing twice. Two
 * at once wait for each other, in the database: the second finds what the first has done, or does it where that failed.
 */
@Idempotent
@Interceptor
@Priority(Stage.Priority.IDEMPOTENCY)
class IdempotencyInterceptor {
    private static final String HEADER = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";
    private static final int MISSING = -1;

    private final Contract contract;
    private final IdempotencyKeys keys;
    private final Caller caller;
    private final HttpServerRequest request;
    private final ResourceDiff change;
    private final ObjectMapper mapper;
    private final Map<Method, Integer> keyPositions = new ConcurrentHashMap<>();

    IdempotencyInterceptor(
            Contract contract,
            IdempotencyKeys keys,
            Caller caller,
            HttpServerRequest request,
            ResourceDiff change,
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
        String key = operation == null ? null : key(invocation);
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
            return Response.fromResponse(first.get()).header(REPLAYED, "true").build();
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

    /** The key that an operation was called with, or null. */
    private String key(InvocationContext invocation) {
        int position = keyPositions.computeIfAbsent(invocation.getMethod(), IdempotencyInterceptor::keyPosition);
        return position == MISSING ? null : (String) invocation.getParameters()[position];
    }

    /** Which of a resource method's parameters is the key. The generated interface names the header, the resource does not. */
    private static int keyPosition(Method method) {
        return Arrays.stream(method.getDeclaringClass().getInterfaces())
                .flatMap(contract -> Arrays.stream(contract.getMethods()))
                .filter(declared -> declared.getName().equals(method.getName())
                        && Arrays.equals(declared.getParameterTypes(), method.getParameterTypes()))
                .flatMapToInt(declared -> IntStream.range(0, declared.getParameterCount())
                        .filter(i -> Optional.ofNullable(declared.getParameters()[i].getAnnotation(HeaderParam.class))
                                .filter(header -> header.value().equals(HEADER))
                                .isPresent()))
                .findFirst()
                .orElse(MISSING);
    }
}
