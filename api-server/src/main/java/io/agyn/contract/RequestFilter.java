package io.agyn.contract;

import io.agyn.contract.Contract.Operation;
import io.agyn.contract.Contract.Parameter;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;

/**
 * Holds what stands before the body of every request against the contract: the path, the media type, the length, headers,
 * and the query, where unknown and repeated parameters are a 400 too.
 */
class RequestFilter {
    private final Contract contract;
    private final SchemaCheck schemas;

    RequestFilter(Contract contract, SchemaCheck schemas) {
        this.contract = contract;
        this.schemas = schemas;
    }

    @ServerRequestFilter(priority = Priorities.USER)
    public void check(ContainerRequestContext request, SimpleResourceInfo resource) {
        Operation operation = contract.operations().get(resource.getMethodName());
        if (operation == null) {
            return;
        }
        requirePath(operation, request.getUriInfo().getPathParameters());
        if (operation.takesBody() && request.getMediaType() == null) {
            throw new NotSupportedException();
        }
        if (request.getLength() > BodyReader.LIMIT) {
            throw BodyReader.tooLarge();
        }
        Violations violations = new Violations();
        request.getUriInfo().getQueryParameters().forEach((name, values) -> check(operation, name, values, violations));
        for (Parameter parameter : operation.parametersIn("header")) {
            String text = request.getHeaderString(parameter.name());
            if (text != null) {
                schemas.parameter(text, parameter, violations);
            }
        }
        violations.throwIfAny();
    }

    /** An id that is none names nothing. */
    private void requirePath(Operation operation, MultivaluedMap<String, String> ids) {
        if (!operation.parametersIn("path").stream().allMatch(id -> schemas.accepts(ids.getFirst(id.name()), id))) {
            throw new NotFoundException();
        }
    }

    private void check(Operation operation, String name, List<String> values, Violations violations) {
        List<Parameter> known = operation.parametersIn("query");
        Optional<Parameter> parameter = known.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst();
        if (parameter.isEmpty()) {
            String remedy = known.isEmpty()
                    ? "Remove it; this operation has no query parameters."
                    : "Remove it; known are: "
                            + String.join(
                                    ", ", known.stream().map(Parameter::name).toList()) + ".";
            violations.in(name, remedy);
        } else if (values.size() > 1) {
            violations.in(name, "Give it once; it is there %d times.".formatted(values.size()));
        } else {
            schemas.parameter(values.getFirst(), parameter.get(), violations);
        }
    }
}
