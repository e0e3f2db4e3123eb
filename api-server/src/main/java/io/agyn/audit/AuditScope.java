package io.agyn.audit;

import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where the event of the current operation is recorded, if its path does not say it. */
@RequestScoped
public class AuditScope {
    private @Nullable UUID organization;
    private boolean anonymous;

    /** Records the event in an organization's audit log. */
    public void in(UUID organizationId) {
        organization = organizationId;
    }

    /** Records the event in an organization's audit log without its caller. */
    public void anonymouslyIn(UUID organizationId) {
        organization = organizationId;
        anonymous = true;
    }

    Optional<UUID> organization() {
        return Optional.ofNullable(organization);
    }

    boolean isAnonymous() {
        return anonymous;
    }

    /** Begins another operation within the request. */
    void clear() {
        organization = null;
        anonymous = false;
    }
}
