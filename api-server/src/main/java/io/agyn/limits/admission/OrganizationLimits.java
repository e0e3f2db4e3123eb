package io.agyn.limits.admission;

import java.util.List;

/**
 * The limits of an organization, as cached.
 *
 * @param limits at most 100
 */
public record OrganizationLimits(List<Limit> limits) {
    public OrganizationLimits {
        limits = List.copyOf(limits);
    }
}
