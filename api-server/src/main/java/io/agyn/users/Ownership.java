package io.agyn.users;

import static java.util.Objects.requireNonNull;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.storage.RowLocks;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;

/** Ensures that an organization with an active owner keeps one. */
@Singleton
public class Ownership {
    private static final int MAX_LISTED = 10;

    // Suspended owners do not count.
    private static final String WITHOUT_OTHER_OWNER = """
        select o.slug
        from membership m
        join organization o on o.id = m.organization_id
        where m.user_id = ?1 and m.role = 'owner'
            and not exists (
                select from membership other
                join app_user owner on owner.id = other.user_id
                where other.organization_id = m.organization_id and other.user_id <> m.user_id
                    and other.role = 'owner' and owner.state = 'active')
            %s
        order by o.slug
        limit ?2\
        """;

    private final EntityManager entities;

    Ownership(EntityManager entities) {
        this.entities = requireNonNull(entities, "entities is null");
    }

    /**
     * Waits for, and blocks, all other changes of ownership until the transaction ends: of two that each remove one
     * of two owners, the second sees the result of the first. Call this before reading anything.
     */
    public void lock() {
        // The name of the lock, which servers of the last release use too: <!-- vale off -->
        RowLocks.lockName(entities, "who may do what");
        // <!-- vale on -->
    }

    /**
     * Rejects the removal of an organization's only active owner.
     *
     * @throws ProblemException {@code last_owner}
     */
    public void requireAnotherOwner(UUID userId, UUID organizationId) {
        reject(withoutOtherOwner(userId, "and m.organization_id = ?3")
                .setParameter(3, organizationId)
                .getResultList());
    }

    /**
     * Rejects the removal of a user from all organizations, if an organization has no other active owner.
     *
     * @throws ProblemException {@code last_owner}, which names the organizations
     */
    void requireAnotherOwner(UUID userId) {
        reject(withoutOtherOwner(userId, "").getResultList());
    }

    private NativeQuery<String> withoutOtherOwner(UUID userId, String condition) {
        return entities.unwrap(Session.class)
                .createNativeQuery(WITHOUT_OTHER_OWNER.formatted(condition), String.class)
                .setParameter(1, userId)
                .setParameter(2, MAX_LISTED);
    }

    private static void reject(List<String> slugs) {
        if (!slugs.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.LAST_OWNER,
                    "The user is the last active owner of " + String.join(", ", slugs)
                            + "; make another member an owner first.");
        }
    }
}
