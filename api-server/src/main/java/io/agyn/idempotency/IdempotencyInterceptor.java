package io.agyn.idempotency;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.pipeline.Stage;
import io.agyn.rest.ChangeRecorder;
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
import org.jspecify.annotations.Nullable;

/**
 * Returns the first response to a repeated request with the same {@code Idempotency-Key}, instead of running it
 * again. Concurrent repeats wait in the database: the second returns the first's response, or runs if the first
 * failed.
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
    private final ChangeRecorder changes;
    private final ObjectMapper mapper;
    private final Map<Method, Integer> keyPositions = new ConcurrentHashMap<>();

    IdempotencyInterceptor(
            Contract contract,
            IdempotencyKeys keys,
            Caller caller,
            HttpServerRequest request,
            ChangeRecorder changes,
            ObjectMapper mapper) {
        this.contract = requireNonNull(contract, "contract is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.request = requireNonNull(request, "request is null");
        this.changes = requireNonNull(changes, "changes is null");
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
        // The parameters contain the parsed body, so white space and the order of fields do not matter. Role and rights
        // are
        // included, so that callers with reduced permissions do not get the earlier response.
        String fingerprinted = request.path() + "\n" + identity.effectiveRole()
                + identity.credential().organization()
                + identity.credential().rights().fingerprint() + "\n"
                + mapper.writeValueAsString(invocation.getParameters());
        UUID claim = UUID.randomUUID();
        Optional<Response> first = keys.claim(claim, user, key, fingerprinted);
        if (first.isPresent()) {
            changes.repeat();
            return Response.fromResponse(first.get()).header(REPLAYED, "true").build();
        }
        Response response = (Response) invocation.proceed();
        Optional<ResourceDiff> shownOnce = changes.diff().filter(ResourceDiff::isShownOnce);
        keys.store(claim, shownOnce.isPresent() ? withoutPlaintext(response, shownOnce.get()) : response);
        return response;
    }

    private Response withoutPlaintext(Response response, ResourceDiff diff) throws JsonProcessingException {
        return Response.fromResponse(response)
                .entity(mapper.writeValueAsBytes(diff.representation()))
                .build();
    }

    /** Returns the operation's idempotency key. */
    private @Nullable String key(InvocationContext invocation) {
        int position = keyPositions.computeIfAbsent(invocation.getMethod(), IdempotencyInterceptor::keyPosition);
        return position == MISSING ? null : (String) invocation.getParameters()[position];
    }

    /** Finds the key among a resource method's parameters. Only the generated interface has the header's name. */
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
