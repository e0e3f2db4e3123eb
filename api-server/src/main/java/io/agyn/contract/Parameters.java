package io.agyn.contract;

import static java.util.Objects.requireNonNull;

import io.agyn.contract.Contract.Operation;
import io.agyn.contract.Contract.Parameter;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks the parameters of a request against the contract. Unknown and repeated ones are violations. */
@Singleton
public final class Parameters {
    private final SchemaCheck schemas;

    Parameters(SchemaCheck schemas) {
        this.schemas = requireNonNull(schemas, "schemas is null");
    }

    /**
     * Checks headers and query.
     *
     * @param query all query parameters, by name
     * @param header returns the value of a header, or null
     * @throws io.agyn.problems.ProblemException with all violations at once
     */
    public void check(Operation operation, Map<String, List<String>> query, UnaryOperator<String> header) {
        Violations violations = new Violations();
        query.forEach((name, values) -> check(operation, name, values, violations));
        for (Parameter parameter : operation.parametersIn("header")) {
            String text = header.apply(parameter.name());
            if (text != null) {
                schemas.parameter(text, parameter, violations);
            }
        }
        violations.throwIfAny();
    }

    /** Splits a list that the contract defines as one comma-separated parameter; empty if it is missing. */
    public static List<String> items(@Nullable Collection<String> given) {
        return given == null
                ? List.of()
                : given.stream().flatMap(list -> Stream.of(list.split(","))).toList();
    }

    private void check(Operation operation, String name, List<String> values, Violations violations) {
        List<Parameter> known = operation.parametersIn("query");
        Optional<Parameter> parameter = known.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst();
        if (parameter.isEmpty()) {
            String remedy = known.isEmpty()
                    ? "Unknown parameter; this operation has no query parameters."
                    : "Remove it; known are: "
                            + String.join(
                                    ", ", known.stream().map(Parameter::name).toList()) + ".";
            violations.in(name, remedy);
        } else if (values.size() > 1) {
            violations.in(name, "Must occur once, not %d times.".formatted(values.size()));
        } else {
            schemas.parameter(values.getFirst(), parameter.get(), violations);
        }
    }
}
