package io.agyn.members;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.api.MembersApi;
import io.agyn.api.model.Member;
import io.agyn.api.model.MemberCreate;
import io.agyn.api.model.MemberList;
import io.agyn.api.model.MemberUpdate;
import io.agyn.audit.Audited;
import io.agyn.idempotency.Idempotent;
import io.agyn.problems.ConstraintProblem;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.agyn.users.UserEntity;
import io.agyn.users.Users;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class MembersResource implements MembersApi {
    private final Members members;
    private final Users users;
    private final ResourceResponses responses;
    private final Caller caller;

    MembersResource(Members members, Users users, ResourceResponses responses, Caller caller) {
        this.members = requireNonNull(members, "members is null");
        this.users = requireNonNull(users, "users is null");
        this.responses = requireNonNull(responses, "responses is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    @Override
    public Response listMembers(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String username,
            @Nullable String email,
            @Nullable String search) {
        Selection selection = Selection.in(organizationId)
                .with("user.name", name)
                .with("user.username", username)
                .with("lower(user.email)", email == null ? null : email.toLowerCase(Locale.ROOT))
                .containing(search, "user.name", "user.username", "user.email");
        var page = Paging.read(members, selection, new Paging.Request(pageSize, pageToken))
                .map(MembersResource::read);
        return responses.ok(new MemberList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response addMember(UUID organizationId, MemberCreate body, @Nullable String idempotencyKey) {
        MemberEntity member = members.add(organizationId, user(body), body.getRole());
        return responses.created(
                read(member), "/organizations/%s/members/%s".formatted(organizationId, member.user.id));
    }

    private UserEntity user(MemberCreate body) {
        if (body.getUsername() != null) {
            return found(users.withUsername(body.getUsername()), "username");
        }
        return body.getEmail() == null
                ? found(users.findByIdOptional(body.getUserId()), "user_id")
                : found(users.withEmail(body.getEmail()), "email");
    }

    private static UserEntity found(Optional<UserEntity> user, String field) {
        return user.orElseThrow(
                () -> ConstraintProblem.referenceNotFound(field, "user").exception());
    }

    @Override
    public Response getMember(UUID organizationId, UUID userId) {
        return responses.ok(read(members.get(organizationId, userId)));
    }

    @Override
    public Response updateMember(UUID organizationId, UUID userId, MemberUpdate body, @Nullable String ifMatch) {
        MemberEntity member = members.lock(organizationId, userId);
        return responses.updated(ifMatch, () -> read(member), () -> members.change(member, body.getRole()));
    }

    @Override
    public Response removeMember(UUID organizationId, UUID userId, @Nullable String ifMatch) {
        MemberEntity member = members.lock(organizationId, userId);
        return responses.deleted(ifMatch, read(member), () -> members.remove(member));
    }

    @Override
    public Response leaveOrganization(UUID organizationId, @Nullable String ifMatch) {
        return removeMember(organizationId, caller.identity().userId(), ifMatch);
    }

    private static Member read(MemberEntity member) {
        return new Member()
                .organizationId(member.organizationId)
                .userId(member.user.id)
                .username(member.user.username)
                .name(member.user.name)
                .email(member.user.email)
                .state(member.user.state)
                .role(member.role)
                .source(member.source)
                .createdAt(StoredResource.utc(member.createdAt))
                .updatedAt(StoredResource.utc(member.updatedAt));
    }
}
