package io.agyn.problems;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.api.model.Problem;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;

/** Writes problems as {@code application/problem+json} (RFC 9457). */
@Singleton
public final class ProblemBodies {
    public static final String MEDIA_TYPE = "application/problem+json";

    private final ObjectMapper mapper;

    public ProblemBodies(ObjectMapper mapper) {
        this.mapper =
                requireNonNull(mapper, "mapper is null").copy().setSerializationInclusion(JsonInclude.Include.NON_NULL);
    }

    /**
     * Returns the body of a problem, in UTF-8.
     *
     * @param requestId the request's id in the server's log
     */
    public byte[] write(ProblemException problem, String requestId) {
        ProblemKind kind = problem.kind();
        Problem body = new Problem()
                .type("about:blank")
                .title(kind.title())
                .status(kind.status())
                .code(kind.code())
                .detail(problem.getMessage())
                .requestId(requestId)
                .errors(problem.violations().isEmpty() ? null : problem.violations());
        try {
            return mapper.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
