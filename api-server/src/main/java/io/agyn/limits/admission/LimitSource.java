package io.agyn.limits.admission;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Looks up the limits of organizations, and caches them until they change. */
public interface LimitSource {
    /** Returns the limits of an organization; fails if the lookup is impossible now. */
    CompletableFuture<OrganizationLimits> limits(UUID organizationId);
}
