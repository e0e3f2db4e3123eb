package io.agyn.invitations;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.EffectiveRole;
import io.agyn.api.InvitationsApi;
import io.agyn.api.model.Invitation;
import io.agyn.api.model.InvitationCreate;
import io.agyn.api.model.InvitationList;
import io.agyn.api.model.InvitationStatus;
import io.agyn.api.model.ReceivedInvitation;
import io.agyn.api.model.ReceivedInvitationList;
import io.agyn.audit.AuditScope;
import io.agyn.audit.Audited;
import io.agyn.idempotency.Idempotent;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.agyn.users.UserEntity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class InvitationsResource implements InvitationsApi {
    private final Invitations invitations;
    private final ReceivedInvitations received;
    private final ResourceResponses responses;
    private final Caller caller;
    private final AuditScope audit;

    InvitationsResource(
            Invitations invitations,
            ReceivedInvitations received,
            ResourceResponses responses,
            Caller caller,
            AuditScope audit) {
        this.invitations = requireNonNull(invitations, "invitations is null");
        this.received = requireNonNull(received, "received is null");
        this.responses = requireNonNull(responses, "responses is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.audit = requireNonNull(audit, "audit is null");
    }

    @Override
    public Response listInvitations(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable InvitationStatus status,
            @Nullable String search) {
        Selection selection = Selection.in(organizationId)
                .with("currentStatus", status == null ? null : status.toString())
                .containing(search, "username", "email");
        var page = Paging.read(invitations, selection, new Paging.Request(pageSize, pageToken))
                .map(InvitationsResource::read);
        return responses.ok(new InvitationList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createInvitation(UUID organizationId, InvitationCreate body, @Nullable String idempotencyKey) {
        InvitationEntity invitation = new InvitationEntity(
                organizationId,
                body.getUsername(),
                body.getEmail(),
                body.getRole(),
                body.getExpiresAt() == null
                        ? Invitations.defaultExpiry()
                        : body.getExpiresAt().toInstant().truncatedTo(ChronoUnit.MICROS),
                caller.identity().userId());
        invitations.create(invitation, caller.identity().effectiveRole() != EffectiveRole.CLUSTER_ADMIN);
        return responses.created(
                read(invitation), "/organizations/%s/invitations/%s".formatted(organizationId, invitation.id));
    }

    @Override
    public Response getInvitation(UUID organizationId, UUID invitationId) {
        return responses.ok(read(invitations.get(organizationId, invitationId)));
    }

    @Override
    public Response cancelInvitation(UUID organizationId, UUID invitationId, @Nullable String ifMatch) {
        InvitationEntity invitation = invitations.lock(organizationId, invitationId);
        return responses.deleted(ifMatch, read(invitation), () -> invitations.cancel(invitation));
    }

    @Override
    public Response resendInvitation(UUID organizationId, UUID invitationId) {
        InvitationEntity invitation = invitations.lock(organizationId, invitationId);
        return responses.updated(null, () -> read(invitation), () -> invitations.resend(invitation));
    }

    @Override
    public Response listMyInvitations(Integer pageSize, @Nullable String pageToken) {
        var page = Paging.read(
                invitations,
                invitations.pendingFor(caller.identity().userId()),
                new Paging.Request(pageSize, pageToken));
        return responses.ok(
                new ReceivedInvitationList().items(received.of(page.items())).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response acceptInvitation(UUID invitationId) {
        UserEntity user = invitations.activeUser(caller.identity().userId());
        InvitationEntity invitation = invitations.lockReceived(user, invitationId);
        audit.in(invitation.organizationId);
        invitations.accept(invitation, user);
        return responses.ok(read(received, invitation));
    }

    @Override
    public Response declineInvitation(UUID invitationId) {
        UserEntity user = invitations.activeUser(caller.identity().userId());
        InvitationEntity invitation = invitations.lockReceived(user, invitationId);
        // The organization must not learn whom the email address or the username belongs to.
        audit.anonymouslyIn(invitation.organizationId);
        invitations.decline(invitation, user);
        return responses.ok(read(received, invitation));
    }

    private static ReceivedInvitation read(ReceivedInvitations received, InvitationEntity invitation) {
        return received.of(List.of(invitation)).getFirst();
    }

    private static Invitation read(InvitationEntity invitation) {
        return new Invitation()
                .id(invitation.id)
                .organizationId(invitation.organizationId)
                .username(invitation.username)
                .email(invitation.email)
                .role(invitation.role)
                .status(invitation.statusAt(Instant.now()))
                .expiresAt(StoredResource.utc(invitation.expiresAt))
                .createdAt(StoredResource.utc(invitation.createdAt))
                .updatedAt(StoredResource.utc(invitation.updatedAt));
    }
}
