package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.InvitationsApi;
import io.agyn.sdk.model.Invitation;
import io.agyn.sdk.model.InvitationCreate;
import io.agyn.sdk.model.InvitationList;
import io.agyn.sdk.model.InvitationStatus;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The invitations of an organization, for its owners and cluster admins. */
public final class Invitations {
    private final UUID organizationId;
    private final InvitationsApi api;
    private final Exchange exchange;

    Invitations(UUID organizationId, InvitationsApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Invites a user, who then accepts or declines. The result is the same whether such a user exists or not.
     *
     * @param invitation the username or email address, and the role
     * @return the invitation
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization
     * @throws ConflictException if the user is a member, the same invitation is pending, or too many are pending
     */
    public Invitation create(InvitationCreate invitation) {
        requireNonNull(invitation, "invitation is null");
        return exchange.create(key -> api.createInvitationWithHttpInfo(organizationId, invitation, key));
    }

    /**
     * Reads an invitation.
     *
     * @param id the invitation's id
     * @return the invitation
     * @throws NotFoundException if it does not exist
     */
    public Invitation get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getInvitationWithHttpInfo(organizationId, id));
    }

    /**
     * Lists all invitations of the organization.
     *
     * @return the invitations, fetched while iterating
     */
    public Listing<Invitation> list() {
        return listing(null);
    }

    /**
     * Lists the invitations of the organization with a status.
     *
     * @param status the status
     * @return the invitations, fetched while iterating
     */
    public Listing<Invitation> list(InvitationStatus status) {
        return listing(requireNonNull(status, "status is null"));
    }

    private Listing<Invitation> listing(@Nullable InvitationStatus status) {
        return new Listing<>((pageSize, pageToken) -> {
            InvitationList page = exchange.read(
                    () -> api.listInvitationsWithHttpInfo(organizationId, pageSize, pageToken, status, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Makes a pending or expired invitation pending for another 14 days.
     *
     * @param id the invitation's id
     * @return the invitation as it is now
     * @throws NotFoundException if it does not exist
     * @throws ConflictException if it was accepted, declined or cancelled
     */
    public Invitation resend(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> api.resendInvitationWithHttpInfo(organizationId, id));
    }

    /**
     * Cancels an invitation.
     *
     * @param id the invitation's id
     * @throws NotFoundException if it does not exist
     * @throws ConflictException if it was accepted or declined
     */
    public void cancel(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.cancelInvitationWithHttpInfo(organizationId, id, null));
    }
}
