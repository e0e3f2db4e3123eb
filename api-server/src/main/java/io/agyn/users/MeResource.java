package io.agyn.users;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.api.MeApi;
import io.agyn.api.model.Me;
import io.agyn.api.model.Membership;
import io.agyn.rest.ResourceResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.Comparator;
import java.util.List;

@RunOnVirtualThread
@Transactional
class MeResource implements MeApi {
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
        return responses.ok(new Me()
                .id(identity.userId())
                .name(identity.person().name())
                .email(users.get(identity.userId()).email)
                .role(identity.person().role())
                .memberships(memberships(identity))
                .apiTokenId(identity.credential().tokenId().orElse(null))
                .organizationId(identity.credential().organization().orElse(null)));
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
