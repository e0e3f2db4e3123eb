package io.agyn.access;

import java.util.UUID;

/** Knows which organizations there are. */
public interface Tenants {
    /** Whether there is an organization with this id. */
    boolean exists(UUID organizationId);
}
