package io.agyn.access;

import java.util.UUID;

/** The organizations that exist. */
public interface Tenants {
    boolean exists(UUID organizationId);
}
