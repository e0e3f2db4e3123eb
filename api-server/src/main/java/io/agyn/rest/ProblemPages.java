package io.agyn.rest;

import io.agyn.problems.ProblemException;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** Renders problems for browsers. */
public interface ProblemPages {
    /** Returns the page for a problem; empty if the caller is a program. */
    Optional<Response> page(ProblemException problem);
}
