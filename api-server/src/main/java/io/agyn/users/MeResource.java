package io.agyn.users;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.api.MeApi;
import io.agyn.api.model.Me;
import io.agyn.api.model.MeUpdate;
import io.agyn.api.model.Membership;
import io.agyn.audit.Audited;
import io.agyn.problems.ConstraintProblem;
import io.agyn.rest.ResourceResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
class MeResource implements MeApi {
    static final String HOME = "home_organization_id";

    private final Users users;
    private final Caller caller;
    private final ResourceResponses responses;

    MeResource(Users users, Caller caller, ResourceResponses responses) {
        this.users = requireNonNull(users, "users is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response getMe() {
        Identity identity = caller.identity();
        return responses.ok(read(identity, identity.home()));
    }

    @Override
    public Response updateMe(MeUpdate body, @Nullable String ifMatch) {
        Identity identity = caller.identity();
        UserEntity user = users.lockRow(identity.userId());
        Optional<UUID> chosen = Optional.ofNullable(body.getHomeOrganizationId());
        if (chosen.isPresent() && !identity.reaches(chosen.get())) {
            throw ConstraintProblem.referenceNotFound(HOME, "organization").exception();
        }
        AtomicReference<Optional<UUID>> home = new AtomicReference<>(identity.home());
        return responses.updated(ifMatch, () -> read(identity, home.get()), () -> {
            user.homeOrganizationId = chosen.orElse(null);
            users.flush();
            home.set(chosen.or(() -> users.oldestOrganization(user.id)));
        });
    }

    private Me read(Identity identity, Optional<UUID> home) {
        return new Me()
                .id(identity.userId())
                .username(identity.person().username())
                .name(identity.person().name())
                .email(users.get(identity.userId()).email)
                .role(identity.person().role())
                .memberships(memberships(identity))
                .apiTokenId(identity.credential().tokenId().orElse(null))
                .organizationId(identity.credential().organization().orElse(null))
                .homeOrganizationId(home.orElse(null))
                .scopes(new TreeSet<>(identity.credential().rights().scopes()))
                .modelIds(identity.credential()
                        .rights()
                        .models()
                        .map(TreeSet::new)
                        .orElse(null));
    }

    /** Sorted by organization id, which is the order of creation. */
    private static List<Membership> memberships(Identity identity) {
        return identity.person().memberships().entrySet().stream()
                .filter(membership -> identity.reaches(membership.getKey()))
                .map(membership ->
                        new Membership().organizationId(membership.getKey()).role(membership.getValue()))
                .sorted(Comparator.comparing(
                        membership -> membership.getOrganizationId().toString()))
                .toList();
    }
}
