package io.agyn.invitations;

import io.agyn.api.model.InvitationStatus;
import io.agyn.api.model.MemberRole;
import io.agyn.members.MemberRoleConverter;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Formula;
import org.jspecify.annotations.Nullable;

/** A stored invitation, to a username or an email address. */
@Entity
@Table(name = "invitation")
class InvitationEntity extends StoredResource {
    @Column(name = "organization_id")
    UUID organizationId;

    @Nullable
    String username;

    @Nullable
    String email;

    @Convert(converter = MemberRoleConverter.class)
    MemberRole role;

    /** The status as stored, see {@link #statusAt}. */
    @Convert(converter = InvitationStatusConverter.class)
    InvitationStatus status;

    /** The status when the row was read, for filters; null in a new entity. */
    @Formula("case when status = 'pending' and expires_at <= now() then 'expired' else status end")
    @Nullable
    String currentStatus;

    @Column(name = "expires_at")
    Instant expiresAt;

    /**
     * The user with the username when the invitation was sent; for an invitation by email address, the user who
     * accepted or declined. Null if no user has accepted or declined it.
     */
    @Column(name = "user_id")
    @Nullable
    UUID userId;

    /** Null if the user was deleted. */
    @Column(name = "invited_by_id")
    @Nullable
    UUID invitedById;

    protected InvitationEntity() {}

    InvitationEntity(
            UUID organizationId,
            @Nullable String username,
            @Nullable String email,
            MemberRole role,
            Instant expiresAt,
            UUID invitedById) {
        begin();
        this.organizationId = organizationId;
        this.username = username;
        this.email = email;
        this.role = role;
        this.status = InvitationStatus.PENDING;
        this.expiresAt = expiresAt;
        this.invitedById = invitedById;
    }

    /** The status at a time: a pending invitation expires by itself. */
    InvitationStatus statusAt(Instant time) {
        return status == InvitationStatus.PENDING && !expiresAt.isAfter(time) ? InvitationStatus.EXPIRED : status;
    }
}
