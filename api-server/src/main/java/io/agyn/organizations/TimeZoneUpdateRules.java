package io.agyn.organizations;

import io.agyn.api.model.OrganizationUpdate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;

/** The time zone exists. */
@Singleton
class TimeZoneUpdateRules implements BodyRules<OrganizationUpdate> {
    @Override
    public Class<OrganizationUpdate> type() {
        return OrganizationUpdate.class;
    }

    @Override
    public void check(OrganizationUpdate body, Violations violations) {
        TimeZoneRules.check(body.getTimeZone(), violations);
    }
}
