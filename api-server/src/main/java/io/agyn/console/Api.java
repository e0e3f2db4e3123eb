package io.agyn.console;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.access.Access;
import io.agyn.contract.Bodies;
import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.contract.Parameters;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.Problems;
import io.agyn.rest.ResourceDiff;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
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
import java.util.stream.Collectors;

/**
 * The contract's operations without HTTP between: a call is authorized, checked, carried out and audited as a request of
 * the REST API is, by the same code, for the caller who is signed in.
 */
@Singleton
public class Api {
    private final Instance<Object> resources;
    private final Contract contract;
    private final Access access;
    private final Parameters parameters;
    private final Bodies bodies;
    private final ResourceDiff change;
    private final Problems problems;
    private final ObjectMapper mapper;

    Api(
            @Any Instance<Object> resources,
            Contract contract,
            Access access,
            Parameters parameters,
            Bodies bodies,
            ResourceDiff change,
            Problems problems,
            ObjectMapper mapper) {
        this.resources = requireNonNull(resources, "resources is null");
        this.contract = requireNonNull(contract, "contract is null");
        this.access = requireNonNull(access, "access is null");
        this.parameters = requireNonNull(parameters, "parameters is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.change = requireNonNull(change, "change is null");
        this.problems = requireNonNull(problems, "problems is null");
        this.mapper = mapper.copy().setSerializationInclusion(JsonInclude.Include.NON_NULL);
    }

    /**
     * The operations of one of the contract's tags. They throw a {@link ProblemException} where REST answers a problem.
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

    /** What an answer holds, as the contract's class for it. */
    public <T> T read(Response answer, Class<T> type) {
        try {
            return mapper.readValue((byte[]) answer.getEntity(), type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Refuses a form with which something is wrong that the contract does not know of, with all that it has against the body
     * too. What may be done at all is asked before, by {@code page.require}.
     *
     * @param body what would be sent
     */
    public void check(Form form, Object body) {
        if (!form.errors().isEmpty()) {
            checked(body);
            throw new ProblemException(ProblemKind.INVALID_REQUEST, "The form is invalid.");
        }
    }

    private Object call(Object resource, Method method, Object[] given) throws Throwable {
        Operation operation = contract.operations().get(method.getName());
        Map<String, String> path = new HashMap<>();
        Map<String, List<String>> query = new HashMap<>();
        Map<String, String> headers = new HashMap<>();
        Object[] arguments = given == null ? new Object[0] : given.clone();
        Annotation[][] places = method.getParameterAnnotations();
        int body = -1;
        for (int i = 0; i < arguments.length; i++) {
            switch (places[i].length == 0 ? null : places[i][0]) {
                case PathParam name -> path.put(name.value(), arguments[i].toString());
                case QueryParam name -> given(arguments[i]).ifPresent(text -> query.put(name.value(), List.of(text)));
                case HeaderParam name -> given(arguments[i]).ifPresent(text -> headers.put(name.value(), text));
                case null -> body = i;
                default -> {}
            }
        }
        access.require(operation.id(), path);
        parameters.check(operation, query, headers::get);
        if (body >= 0) {
            arguments[body] = checked(arguments[body]);
        }
        change.begin();
        try {
            return method.invoke(resource, arguments);
        } catch (InvocationTargetException e) {
            ProblemException problem = problems.of(e.getCause());
            // The log has to say more of what is the server's own fault.
            throw problem.kind().status() >= 500 ? e.getCause() : problem;
        }
    }

    private Object checked(Object body) {
        try {
            return bodies.read(mapper.writeValueAsBytes(body), body.getClass());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A parameter as REST has it in text. */
    private static Optional<String> given(Object argument) {
        return Optional.ofNullable(argument)
                .map(value -> value instanceof Collection<?> items
                        ? items.stream().map(Object::toString).collect(Collectors.joining(","))
                        : value.toString());
    }
}
