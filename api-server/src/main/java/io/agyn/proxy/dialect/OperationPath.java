package io.agyn.proxy.dialect;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An operation, and the object that its path names.
 *
 * @param objectId the id in the path; empty if the operation has none
 * @param path the path relative to a provider's endpoint
 */
public record OperationPath(Operation operation, String objectId, String path) {
    private static final Map<String, List<OperationPath>> WITHOUT_ID = Stream.of(Operation.values())
            .filter(operation -> !operation.template().hasId())
            .collect(groupingBy(Operation::callerPath, mapping(OperationPath::of, toList())));
    private static final List<Operation> WITH_ID = Stream.of(Operation.values())
            .filter(operation -> operation.template().hasId())
            .toList();

    /** Returns the path of an operation without an id. */
    public static OperationPath of(Operation operation) {
        return new OperationPath(operation, "", operation.path());
    }

    /** Returns the operation of a request to this server, if there is one. */
    public static Optional<OperationPath> find(HttpMethod method, String callerPath) {
        for (OperationPath found : at(callerPath)) {
            if (found.operation.method().equals(method)) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** Whether a path can name an object with this id. */
    public static boolean isId(String id) {
        return PathTemplate.isId(id);
    }

    /**
     * Returns the operations at a path of this server, one for each method. A path without an id takes precedence:
     * {@code /v1/responses/compact} is no response with the id {@code compact}.
     */
    public static List<OperationPath> at(String callerPath) {
        List<OperationPath> known = WITHOUT_ID.get(callerPath);
        if (known != null) {
            return known;
        }
        if (!callerPath.startsWith(Operation.ROOT)) {
            return List.of();
        }
        String path = callerPath.substring(Operation.ROOT.length());
        List<OperationPath> found = new ArrayList<>();
        for (Operation operation : WITH_ID) {
            operation.template().id(path).ifPresent(id -> found.add(new OperationPath(operation, id, path)));
        }
        return found;
    }
}
