package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.InvitationsApi;
import io.agyn.sdk.model.ReceivedInvitation;
import io.agyn.sdk.model.ReceivedInvitationList;
import java.util.UUID;

/** The pending invitations of the caller. */
public final class ReceivedInvitations {
    private final InvitationsApi api;
    private final Exchange exchange;

    ReceivedInvitations(InvitationsApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Lists the pending invitations to the caller's username or email address.
     *
     * @return the invitations, fetched while iterating
     */
    public Listing<ReceivedInvitation> list() {
        return new Listing<>((pageSize, pageToken) -> {
            ReceivedInvitationList page = exchange.read(() -> api.listMyInvitationsWithHttpInfo(pageSize, pageToken));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Accepts an invitation: the caller becomes a member of the organization.
     *
     * @param id the invitation's id
     * @return the accepted invitation
     * @throws NotFoundException if the caller has no such invitation
     * @throws ConflictException if it is not pending
     */
    public ReceivedInvitation accept(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> api.acceptInvitationWithHttpInfo(id));
    }

    /**
     * Declines an invitation.
     *
     * @param id the invitation's id
     * @return the declined invitation
     * @throws NotFoundException if the caller has no such invitation
     * @throws ConflictException if it is not pending
     */
    public ReceivedInvitation decline(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> api.declineInvitationWithHttpInfo(id));
    }
}
