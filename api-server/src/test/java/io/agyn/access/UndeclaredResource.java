package io.agyn.access;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** An operation that somebody has added and forgotten to declare among the permissions. */
@Path("/undeclared")
public class UndeclaredResource {
    @GET
    public String undeclared() {
        return "reached";
    }
}
