package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.MembersApi;
import io.agyn.sdk.model.Member;
import io.agyn.sdk.model.MemberCreate;
import io.agyn.sdk.model.MemberList;
import io.agyn.sdk.model.MemberUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The members of an organization, each identified by the user's id. */
public final class Members {
    private final UUID organizationId;
    private final MembersApi api;
    private final Exchange exchange;

    Members(UUID organizationId, MembersApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Adds a user to the organization as a member or an owner without an invitation, for cluster admins.
     *
     * @param member the user, by id, username or email address, and the role
     * @return the member
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization or user
     * @throws ConflictException if the user is already a member
     */
    public Member add(MemberCreate member) {
        requireNonNull(member, "member is null");
        return exchange.create(key -> api.addMemberWithHttpInfo(organizationId, member, key));
    }

    /**
     * Reads a member.
     *
     * @param userId the user's id
     * @return the member
     * @throws NotFoundException if the user is not a member
     */
    public Member get(UUID userId) {
        requireNonNull(userId, "userId is null");
        return exchange.read(() -> api.getMemberWithHttpInfo(organizationId, userId));
    }

    /**
     * Reads a member together with its entity tag.
     *
     * @param userId the user's id
     * @return the member and the tag that makes a later update or removal conditional
     * @throws NotFoundException if the user is not a member
     */
    public Versioned<Member> getVersioned(UUID userId) {
        requireNonNull(userId, "userId is null");
        return exchange.readVersioned(() -> api.getMemberWithHttpInfo(organizationId, userId));
    }

    /**
     * Looks up a member by email address.
     *
     * @param email the email address, case-insensitive
     * @return the member; empty if not found
     */
    public Optional<Member> find(String email) {
        requireNonNull(email, "email is null");
        return list(null, email).stream().findFirst();
    }

    /**
     * Looks up a member by username.
     *
     * @param username the exact username
     * @return the member; empty if not found
     */
    public Optional<Member> findByUsername(String username) {
        requireNonNull(username, "username is null");
        return list(username, null).stream().findFirst();
    }

    /**
     * Lists all members of the organization.
     *
     * @return the members, fetched while iterating
     */
    public Listing<Member> list() {
        return list(null, null);
    }

    private Listing<Member> list(@Nullable String username, @Nullable String email) {
        return new Listing<>((pageSize, pageToken) -> {
            MemberList page = exchange.read(() ->
                    api.listMembersWithHttpInfo(organizationId, pageSize, pageToken, null, username, email, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Changes a member's role.
     *
     * @param userId the user's id
     * @param member the new state
     * @return the member as it is now
     * @throws NotFoundException if the user is not a member
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if it would leave no active owner
     */
    public Member update(UUID userId, MemberUpdate member) {
        requireNonNull(userId, "userId is null");
        requireNonNull(member, "member is null");
        return exchange.write(() -> api.updateMemberWithHttpInfo(organizationId, userId, member, null));
    }

    /**
     * Updates a member, like {@link #update(UUID, MemberUpdate)}, but only if it has not changed since.
     *
     * @param userId the user's id
     * @param member the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the member as it is now and its new entity tag
     * @throws PreconditionFailedException if the member has changed since
     */
    public Versioned<Member> update(UUID userId, MemberUpdate member, String etag) {
        requireNonNull(userId, "userId is null");
        requireNonNull(member, "member is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateMemberWithHttpInfo(organizationId, userId, member, etag));
    }

    /**
     * Removes a user from the organization. Within a second their API tokens lose access to it.
     *
     * @param userId the user's id
     * @throws NotFoundException if the user is not a member
     * @throws ConflictException if it would leave no active owner, or the user is a member by group
     */
    public void remove(UUID userId) {
        requireNonNull(userId, "userId is null");
        exchange.delete(() -> api.removeMemberWithHttpInfo(organizationId, userId, null));
    }

    /**
     * Removes the caller from the organization.
     *
     * @throws NotFoundException if the caller is not a member
     * @throws ConflictException if it would leave no active owner, or the caller is a member by group
     */
    public void leave() {
        exchange.delete(() -> api.leaveOrganizationWithHttpInfo(organizationId, null));
    }

    /**
     * Removes a member, like {@link #remove(UUID)}, but only if it has not changed since.
     *
     * @param userId the user's id
     * @param etag the entity tag of the state to remove
     * @throws PreconditionFailedException if the member has changed since
     */
    public void remove(UUID userId, String etag) {
        requireNonNull(userId, "userId is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.removeMemberWithHttpInfo(organizationId, userId, etag));
    }
}
