package io.agyn.members;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.MemberSource;
import io.agyn.api.model.UserState;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.users.Ownership;
import io.agyn.users.UserEntity;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;

/** The stored memberships and their rules. */
@ApplicationScoped
public class Members implements PanacheRepositoryBase<MemberEntity, UUID> {
    private static final String MEMBER = "organizationId = ?1 and user.id = ?2";

    private final Ownership ownership;
    private final Event<MemberRemoved> removals;

    Members(Ownership ownership, Event<MemberRemoved> removals) {
        this.removals = requireNonNull(removals, "removals is null");
        this.ownership = requireNonNull(ownership, "ownership is null");
    }

    /** Returns a user's membership; empty for non-members. */
    public Optional<MemberEntity> find(UUID organizationId, UUID userId) {
        return find(MEMBER, organizationId, userId).firstResultOptional();
    }

    /** Adds the creator of an organization as its owner. */
    public void addOwner(UUID organizationId, UUID userId) {
        UserEntity user = getEntityManager().getReference(UserEntity.class, userId);
        persistAndFlush(new MemberEntity(organizationId, user, MemberRole.OWNER));
    }

    /** Returns a user's home organization; empty for users without one. */
    public Optional<UUID> homeOf(UserEntity user) {
        return Homes.of(user, list("user.id", user.id));
    }

    MemberEntity get(UUID organizationId, UUID userId) {
        return find(organizationId, userId).orElseThrow(() -> ProblemException.notFound("member"));
    }

    /**
     * Returns a member, locked until the transaction ends. All other changes of ownership wait, so that the remaining
     * owners are known.
     */
    MemberEntity lock(UUID organizationId, UUID userId) {
        ownership.lock();
        return locked(organizationId, userId).orElseThrow(() -> ProblemException.notFound("member"));
    }

    /**
     * Makes a user a manual member with a role. A member by group becomes a manual one.
     *
     * @throws ProblemException {@code member_exists} for a manual member, {@code last_owner} if no owner would be left
     */
    MemberEntity add(UUID organizationId, UserEntity user, MemberRole role) {
        ownership.lock();
        Optional<MemberEntity> byGroup =
                locked(organizationId, user.id).filter(member -> member.source == MemberSource.GROUP);
        if (byGroup.isPresent()) {
            change(byGroup.get(), role);
            return byGroup.get();
        }
        // The database rejects a second membership.
        MemberEntity member = new MemberEntity(organizationId, user, role);
        persistAndFlush(member);
        return member;
    }

    /**
     * Makes a user a manual member with at least a role. A manual member keeps their role; a member by group becomes a
     * manual one, with the higher of both roles.
     */
    public void admit(UUID organizationId, UserEntity user, MemberRole role) {
        Optional<MemberEntity> present = locked(organizationId, user.id);
        if (present.isEmpty()) {
            persistAndFlush(new MemberEntity(organizationId, user, role));
        } else if (present.get().source == MemberSource.GROUP) {
            change(present.get(), role == MemberRole.OWNER ? role : present.get().role);
        }
    }

    private Optional<MemberEntity> locked(UUID organizationId, UUID userId) {
        return find(MEMBER, organizationId, userId)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional();
    }

    /**
     * Changes the role of a locked member, who becomes a manual member.
     *
     * @throws ProblemException {@code last_owner} if no owner would be left
     */
    void change(MemberEntity member, MemberRole role) {
        if (role != MemberRole.OWNER) {
            requireAnotherOwner(member);
        }
        member.role = role;
        member.source = MemberSource.MANUAL;
        member.touch();
        flush();
    }

    /**
     * Removes a locked member from the organization, and sends {@link MemberRemoved}.
     *
     * @throws ProblemException {@code last_owner} if no owner would be left, {@code member_by_group} for a member by
     *     group, who would return with their next sign-in
     */
    void remove(MemberEntity member) {
        if (member.source == MemberSource.GROUP) {
            throw new ProblemException(
                    ProblemKind.MEMBER_BY_GROUP,
                    "The user is a member by a group of the identity provider; remove them from the group there, or delete"
                            + " the group mapping.");
        }
        requireAnotherOwner(member);
        removals.fire(new MemberRemoved(member.organizationId, member.user.id));
        delete(member);
        flush();
    }

    private void requireAnotherOwner(MemberEntity member) {
        if (member.user.state == UserState.ACTIVE) {
            ownership.requireAnotherOwner(member.user.id, member.organizationId);
        }
    }
}
