package io.agyn.console.limits;

import static java.util.Objects.requireNonNull;

import io.agyn.api.LimitsApi;
import io.agyn.api.model.Limit;
import io.agyn.api.model.Organization;
import io.agyn.console.Api;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.rendering.Page;
import jakarta.inject.Singleton;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The names of limits in the audit log. They have no pages yet, so it links to the organization. */
@Singleton
class AuditedLimits implements AuditedResource {
    private final Api api;
    private final LimitsApi limits;

    AuditedLimits(Api api) {
        this.api = requireNonNull(api, "api is null");
        this.limits = api.of(LimitsApi.class);
    }

    @Override
    public String noun() {
        return "limit";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        Limit limit = api.read(limits.getLimit(owner.getId(), id), Limit.class);
        return new Entry.Resource(limit.getName(), Page.path(owner));
    }
}
