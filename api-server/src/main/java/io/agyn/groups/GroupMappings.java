package io.agyn.groups;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.MemberRole;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.storage.RowLocks;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.UUID;

/** The stored group mappings. Each change is applied to the users whose groups are known. */
@ApplicationScoped
class GroupMappings implements PanacheRepositoryBase<GroupMappingEntity, UUID> {
    // The contract has the same number.
    private static final int MAX_MAPPINGS = 200;
    private static final String MAPPING = "organizationId = ?1 and id = ?2";

    private final GroupMemberships memberships;

    GroupMappings(GroupMemberships memberships) {
        this.memberships = requireNonNull(memberships, "memberships is null");
    }

    GroupMappingEntity get(UUID organizationId, UUID id) {
        return find(MAPPING, organizationId, id)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("group mapping"));
    }

    /** Returns a mapping, locked until the transaction ends; all other changes of memberships by group wait. */
    GroupMappingEntity lock(UUID organizationId, UUID id) {
        lock(organizationId);
        return find(MAPPING, organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("group mapping"));
    }

    private void lock(UUID organizationId) {
        memberships.lock();
        RowLocks.againstDeletion(getEntityManager(), "organization", organizationId);
    }

    /**
     * Stores a mapping.
     *
     * @throws ProblemException {@code group_mapping_exists}, or {@code limit_reached}
     */
    void create(GroupMappingEntity mapping) {
        lock(mapping.organizationId);
        if (count("organizationId", mapping.organizationId) >= MAX_MAPPINGS) {
            throw new ProblemException(
                    ProblemKind.LIMIT_REACHED,
                    "The organization has " + MAX_MAPPINGS + " group mappings; delete some first.");
        }
        persistAndFlush(mapping);
        memberships.apply(mapping.organizationId);
    }

    /** Changes the role of a locked mapping. */
    void change(GroupMappingEntity mapping, MemberRole role) {
        mapping.role = role;
        mapping.touch();
        flush();
        memberships.apply(mapping.organizationId);
    }

    /** Deletes a locked mapping. */
    void remove(GroupMappingEntity mapping) {
        delete(mapping);
        flush();
        memberships.apply(mapping.organizationId);
    }
}
