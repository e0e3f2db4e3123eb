package io.agyn.contract;

import io.agyn.contract.Contract.Operation;
import io.agyn.pipeline.Stage;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MultivaluedMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;

/** Checks a request's path, media type, length, headers and query against the contract, before its body is read. */
class RequestFilter {
    private final Contract contract;
    private final SchemaCheck schemas;
    private final Parameters parameters;

    RequestFilter(Contract contract, SchemaCheck schemas, Parameters parameters) {
        this.contract = contract;
        this.schemas = schemas;
        this.parameters = parameters;
    }

    @ServerRequestFilter(priority = Stage.Priority.CONTRACT)
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
        parameters.check(operation, request.getUriInfo().getQueryParameters(), request::getHeaderString);
    }

    /** A malformed id is a 404. */
    private void requirePath(Operation operation, MultivaluedMap<String, String> ids) {
        if (!operation.parametersIn("path").stream().allMatch(id -> schemas.accepts(ids.getFirst(id.name()), id))) {
            throw new NotFoundException();
        }
    }
}
