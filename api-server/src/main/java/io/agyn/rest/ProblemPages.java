package io.agyn.rest;

import io.agyn.problems.ProblemException;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** Shows problems to people. */
public interface ProblemPages {
    /** The page about a problem; nothing where a program asks. */
    Optional<Response> page(ProblemException problem);
}
