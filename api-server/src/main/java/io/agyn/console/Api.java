package io.agyn.console;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.access.Access;
import io.agyn.api.model.ApiTokenCreate;
import io.agyn.contract.Bodies;
import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.contract.Parameters;
import io.agyn.problems.ProblemException;
import io.agyn.rest.ChangeRecorder;
import io.agyn.rest.Problems;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The contract's operations, called in process by the signed-in user. The same code as for REST requests authorizes, validates
 * and audits the calls.
 */
@Singleton
public class Api {
    /** A resource and its entity tag. */
    public record Versioned<T>(T resource, String etag) {}

    private final Instance<Object> resources;
    private final Contract contract;
    private final Access access;
    private final Parameters parameters;
    private final Bodies bodies;
    private final ChangeRecorder changes;
    private final Problems problems;
    private final ObjectMapper mapper;

    Api(
            @Any Instance<Object> resources,
            Contract contract,
            Access access,
            Parameters parameters,
            Bodies bodies,
            ChangeRecorder changes,
            Problems problems,
            ObjectMapper mapper) {
        this.resources = requireNonNull(resources, "resources is null");
        this.contract = requireNonNull(contract, "contract is null");
        this.access = requireNonNull(access, "access is null");
        this.parameters = requireNonNull(parameters, "parameters is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.changes = requireNonNull(changes, "changes is null");
        this.problems = requireNonNull(problems, "problems is null");
        this.mapper = mapper.copy()
                .setSerializationInclusion(JsonInclude.Include.NON_NULL)
                .addMixIn(ApiTokenCreate.class, ExplicitOrganization.class);
    }

    /** The Console's form always sends the organization of a token, and null for a token without one. */
    private interface ExplicitOrganization {
        @JsonInclude(JsonInclude.Include.ALWAYS)
        UUID getOrganizationId();
    }

    /**
     * The operations of a tag of the contract. They throw a {@link ProblemException} where REST returns a problem.
     *
     * @param operations the interface that is generated for the tag
     */
    public <T> T of(Class<T> operations) {
        T resource = resources.select(operations).get();
        return operations.cast(Proxy.newProxyInstance(
                operations.getClassLoader(),
                new Class<?>[] {operations},
                (proxy, method, arguments) -> call(resource, method, arguments)));
    }

    /** Reads the body of a response. */
    public <T> T read(Response response, Class<T> type) {
        try {
            return mapper.readValue((byte[]) response.getEntity(), type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a resource and its entity tag. */
    public <T> Versioned<T> versioned(Response response, Class<T> type) {
        return new Versioned<>(read(response, type), response.getHeaderString(HttpHeaders.ETAG));
    }

    /**
     * Validates a request body against the contract without sending it.
     *
     * @throws ProblemException {@code invalid_request}
     */
    public void validate(Object body) {
        validated(body);
    }

    private Object call(Object resource, Method method, Object @Nullable [] given) throws Throwable {
        Operation operation =
                requireNonNull(contract.operations().get(method.getName()), "an operation outside of the contract");
        Map<String, String> path = new HashMap<>();
        Map<String, List<String>> query = new HashMap<>();
        Map<String, String> headers = new HashMap<>();
        Object[] arguments = given == null ? new Object[0] : given.clone();
        Annotation[][] annotations = method.getParameterAnnotations();
        int body = -1;
        for (int i = 0; i < arguments.length; i++) {
            switch (annotations[i].length == 0 ? null : annotations[i][0]) {
                case PathParam name -> path.put(name.value(), arguments[i].toString());
                case QueryParam name -> text(arguments[i]).ifPresent(value -> query.put(name.value(), List.of(value)));
                case HeaderParam name -> text(arguments[i]).ifPresent(value -> headers.put(name.value(), value));
                case null -> body = i;
                default -> {}
            }
        }
        access.require(operation.id(), path);
        parameters.check(operation, query, headers::get);
        if (body >= 0) {
            arguments[body] = validated(arguments[body]);
        }
        changes.begin();
        try {
            return method.invoke(resource, arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getTargetException();
            ProblemException problem = problems.of(cause);
            // The original exception of a server error is logged.
            throw problem.kind().status() >= 500 ? cause : problem;
        }
    }

    private Object validated(Object body) {
        try {
            return bodies.read(mapper.writeValueAsBytes(body), body.getClass());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A parameter as in a REST request. */
    private static Optional<String> text(@Nullable Object argument) {
        return Optional.ofNullable(argument)
                .map(value -> value instanceof Collection<?> items
                        ? items.stream().map(Object::toString).collect(Collectors.joining(","))
                        : value.toString());
    }
}
