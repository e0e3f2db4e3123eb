package io.agyn.users;

import static java.util.Objects.requireNonNull;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.RowLocks;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;

/** An organization that has an owner whose API tokens work keeps one. */
@Singleton
public class Ownership {
    private static final int MOST_NAMED = 10;

    // An owner who is suspended does not count.
    private static final String LEFT_ALONE = """
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
            limit ?2""";

    private final EntityManager entities;

    Ownership(EntityManager entities) {
        this.entities = requireNonNull(entities, "entities is null");
    }

    /**
     * Waits until no other transaction changes who may do what, and keeps others waiting until this one ends: of two that
     * each take one of two owners away, the second sees what the first has left. To be called before anything is read.
     */
    public void lock() {
        RowLocks.oneAtATime(entities, "who may do what");
    }

    /**
     * Refuses to take an active user away from an organization of which they are the only active owner.
     *
     * @throws ProblemException {@code last_owner}
     */
    public void requireAnotherOwner(UUID userId, UUID organizationId) {
        refuse(leftAlone(userId, "and m.organization_id = ?3")
                .setParameter(3, organizationId)
                .getResultList());
    }

    /**
     * Refuses to take an active user away from all organizations where they are the only active owner of one.
     *
     * @throws ProblemException {@code last_owner}, which names the organizations
     */
    void requireAnotherOwner(UUID userId) {
        refuse(leftAlone(userId, "").getResultList());
    }

    private NativeQuery<String> leftAlone(UUID userId, String condition) {
        return entities.unwrap(Session.class)
                .createNativeQuery(LEFT_ALONE.formatted(condition), String.class)
                .setParameter(1, userId)
                .setParameter(2, MOST_NAMED);
    }

    private static void refuse(List<String> slugs) {
        if (!slugs.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.LAST_OWNER,
                    "The user is the last active owner of " + String.join(", ", slugs)
                            + "; make another user an owner first.");
        }
    }
}
