package io.agyn.access;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Operations that are missing in the permission table. */
@Path("/undeclared")
public class UndeclaredResource {
    @GET
    public String undeclared() {
        return "reached";
    }

    /** Named as an operation that is declared. */
    @GET
    @Path("/colliding")
    public String getMe() {
        return "reached";
    }
}
