package io.agyn.members;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.UserState;
import io.agyn.problems.ProblemException;
import io.agyn.users.Ownership;
import io.agyn.users.UserEntity;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.Set;
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

    /** Whether a user is a member of any of the organizations. */
    boolean isIn(Set<UUID> organizations, UUID userId) {
        return count("organizationId in ?1 and user.id = ?2", organizations, userId) > 0;
    }

    /** Adds the creator of an organization as its owner. */
    public void addOwner(UUID organizationId, UUID userId) {
        UserEntity user = getEntityManager().getReference(UserEntity.class, userId);
        persistAndFlush(new MemberEntity(organizationId, user, MemberRole.OWNER));
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
        return find(MEMBER, organizationId, userId)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("member"));
    }

    /**
     * Changes the role of a locked member.
     *
     * @throws ProblemException {@code last_owner} if no owner would be left
     */
    void change(MemberEntity member, MemberRole role) {
        if (role != MemberRole.OWNER) {
            requireAnotherOwner(member);
        }
        member.role = role;
        member.touch();
        flush();
    }

    /**
     * Removes a locked member from the organization, and sends {@link MemberRemoved}.
     *
     * @throws ProblemException {@code last_owner} if no owner would be left
     */
    void remove(MemberEntity member) {
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
