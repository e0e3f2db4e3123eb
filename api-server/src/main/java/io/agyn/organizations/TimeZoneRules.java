package io.agyn.organizations;

import io.agyn.api.model.OrganizationCreate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The time zone exists. */
@Singleton
class TimeZoneRules implements BodyRules<OrganizationCreate> {
    @Override
    public Class<OrganizationCreate> type() {
        return OrganizationCreate.class;
    }

    @Override
    public void check(OrganizationCreate body, Violations violations) {
        check(body.getTimeZone(), violations);
    }

    static void check(@Nullable String timeZone, Violations violations) {
        if (timeZone != null
                && !violations.existAt("/time_zone")
                && !ZoneId.getAvailableZoneIds().contains(timeZone)) {
            violations.at("/time_zone", "Use the name of an IANA time zone, such as Europe/Berlin or UTC.");
        }
    }
}
