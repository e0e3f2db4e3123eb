package io.agyn.invitations;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.InvitationStatus;
import io.agyn.api.model.UserState;
import io.agyn.members.Members;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.storage.RowLocks;
import io.agyn.storage.Selection;
import io.agyn.users.UserEntity;
import io.agyn.users.Users;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored invitations and their rules. Creating one never shows whether a user exists outside of the organization:
 * it only stores the username or email address, and the invited user's requests find it.
 */
@ApplicationScoped
class Invitations implements PanacheRepositoryBase<InvitationEntity, UUID> {
    static final Duration DEFAULT_VALIDITY = Duration.ofDays(14);
    static final Duration MAX_VALIDITY = Duration.ofDays(90);

    // The contract has the same number.
    private static final int MAX_PENDING = 1_000;
    private static final String OPEN = "status = ?1 and expiresAt > ?2 and ";

    private final Members members;
    private final Users users;

    Invitations(Members members, Users users) {
        this.members = requireNonNull(members, "members is null");
        this.users = requireNonNull(users, "users is null");
    }

    /** When an invitation expires that is sent now. */
    static Instant defaultExpiry() {
        return Instant.now().plus(DEFAULT_VALIDITY).truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * Stores an invitation.
     *
     * @param isLimited whether the inviting user's own limit applies
     * @throws ProblemException {@code member_exists}, {@code invitation_exists} or {@code limit_reached}
     */
    void create(InvitationEntity invitation, boolean isLimited) {
        // One at a time in an organization and by a user, so that the numbers are exact.
        RowLocks.lockName(getEntityManager(), "invitations of organization " + invitation.organizationId);
        RowLocks.lockName(getEntityManager(), "invitations by user " + invitation.invitedById);
        expire(invitation.organizationId);
        requireNoMember(invitation);
        requireRoom("organizationId", invitation.organizationId, "organization");
        if (isLimited) {
            requireRoom("invitedById", requireNonNull(invitation.invitedById, "invitedById is null"), "user");
        }
        invitation.userId = userWith(invitation.username);
        persistAndFlush(invitation);
    }

    /** Frees the addresses of expired invitations. */
    private void expire(UUID organizationId) {
        update(
                "status = ?1 where organizationId = ?2 and status = ?3 and expiresAt <= ?4",
                InvitationStatus.EXPIRED,
                organizationId,
                InvitationStatus.PENDING,
                Instant.now());
    }

    private void requireNoMember(InvitationEntity invitation) {
        boolean isMember = invitation.username == null
                ? members.count(
                                "organizationId = ?1 and lower(user.email) = ?2",
                                invitation.organizationId,
                                lowerCase(invitation.email))
                        > 0
                : members.count(
                                "organizationId = ?1 and user.username = ?2",
                                invitation.organizationId,
                                invitation.username)
                        > 0;
        if (isMember) {
            throw new ConstraintProblem(
                            ProblemKind.MEMBER_EXISTS,
                            Optional.of(invitation.username == null ? "/email" : "/username"),
                            "The user is already a member; update the member to change the role.")
                    .exception();
        }
    }

    private void requireRoom(String field, UUID id, String whose) {
        if (count(OPEN + field + " = ?3", InvitationStatus.PENDING, Instant.now(), id) >= MAX_PENDING) {
            throw new ProblemException(
                    ProblemKind.LIMIT_REACHED,
                    "%,d invitations of this %s are pending; cancel some first.".formatted(MAX_PENDING, whose));
        }
    }

    /** The user with a username now; nobody who gets it later can accept the invitation. */
    private @Nullable UUID userWith(@Nullable String username) {
        return username == null
                ? null
                : users.find("username", username)
                        .firstResultOptional()
                        .map(user -> user.id)
                        .orElse(null);
    }

    InvitationEntity get(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("invitation"));
    }

    /** Returns an invitation of an organization, locked until the transaction ends. */
    InvitationEntity lock(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("invitation"));
    }

    /** Selects the pending invitations to a user. */
    Selection pendingFor(UUID userId) {
        return Selection.all()
                .with("currentStatus", InvitationStatus.PENDING.toString())
                .withAny("userId", userId, "lower(email)", lowerCase(users.findById(userId).email));
    }

    /**
     * Returns an invitation to a user, locked until the transaction ends.
     *
     * @throws ProblemException {@code not_found} for invitations to others, {@code invitation_closed} unless it is
     *     pending
     */
    InvitationEntity lockReceived(UserEntity user, UUID id) {
        // Before the invitation, which is deleted with its organization.
        getEntityManager()
                .createQuery("select i.organizationId from InvitationEntity i where i.id = ?1", UUID.class)
                .setParameter(1, id)
                .getResultList()
                .forEach(
                        organizationId -> RowLocks.againstDeletion(getEntityManager(), "organization", organizationId));
        InvitationEntity invitation = find(
                        "id = ?1 and (userId = ?2 or status = ?3 and lower(email) = ?4)",
                        id,
                        user.id,
                        InvitationStatus.PENDING,
                        lowerCase(user.email))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("invitation"));
        requireStatus(invitation, "The invitation was %s; ask an owner for a new one.", InvitationStatus.PENDING);
        return invitation;
    }

    /** Returns the user of a request, who stays active until the transaction ends. */
    UserEntity activeUser(UUID id) {
        return Optional.ofNullable(users.findById(id, LockModeType.PESSIMISTIC_READ))
                .filter(user -> user.state == UserState.ACTIVE)
                .orElseThrow(() -> new ProblemException(ProblemKind.FORBIDDEN, "Your user is suspended."));
    }

    /** Makes the user a member, and closes the invitation. */
    void accept(InvitationEntity invitation, UserEntity user) {
        members.admit(invitation.organizationId, user, invitation.role);
        close(invitation, InvitationStatus.ACCEPTED, user);
    }

    void decline(InvitationEntity invitation, UserEntity user) {
        close(invitation, InvitationStatus.DECLINED, user);
    }

    private void close(InvitationEntity invitation, InvitationStatus status, UserEntity user) {
        invitation.status = status;
        invitation.userId = user.id;
        invitation.touch();
        flush();
    }

    /**
     * Cancels a locked invitation; cancelling it again does nothing.
     *
     * @throws ProblemException {@code invitation_closed} if it was accepted or declined
     */
    void cancel(InvitationEntity invitation) {
        requireStatus(
                invitation,
                "The invitation was %s already; to end a membership, remove the member.",
                InvitationStatus.PENDING,
                InvitationStatus.EXPIRED,
                InvitationStatus.CANCELLED);
        if (invitation.status != InvitationStatus.CANCELLED) {
            invitation.status = InvitationStatus.CANCELLED;
            invitation.touch();
            flush();
        }
    }

    /**
     * Makes a locked invitation pending for another 14 days.
     *
     * @throws ProblemException {@code invitation_closed} if it was accepted, declined or cancelled; the problems of
     *     {@link #create}
     */
    void resend(InvitationEntity invitation) {
        requireStatus(
                invitation,
                "The invitation was %s already; create a new one.",
                InvitationStatus.PENDING,
                InvitationStatus.EXPIRED);
        requireNoMember(invitation);
        if (invitation.statusAt(Instant.now()) == InvitationStatus.EXPIRED) {
            requireRoom("organizationId", invitation.organizationId, "organization");
        }
        if (invitation.userId == null) {
            invitation.userId = userWith(invitation.username);
        }
        invitation.status = InvitationStatus.PENDING;
        invitation.expiresAt = defaultExpiry();
        invitation.touch();
        flush();
    }

    private static void requireStatus(InvitationEntity invitation, String detail, InvitationStatus... allowed) {
        InvitationStatus status = invitation.statusAt(Instant.now());
        for (InvitationStatus each : allowed) {
            if (status == each) {
                return;
            }
        }
        String past = status == InvitationStatus.EXPIRED ? "not used in time" : status.toString();
        throw new ProblemException(ProblemKind.INVITATION_CLOSED, detail.formatted(past));
    }

    private static @Nullable String lowerCase(@Nullable String email) {
        return email == null ? null : email.toLowerCase(Locale.ROOT);
    }
}
