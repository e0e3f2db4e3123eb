package io.agyn.groups;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.GroupChanges;
import io.agyn.members.MemberRemoved;
import io.agyn.oidc.GroupsObserved;
import io.agyn.storage.RowLocks;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;

/**
 * Keeps memberships by group equal to the groups that users have at the identity provider. Manual members keep their
 * role. A user in several mapped groups of an organization has the highest of their roles. The audit log of the
 * organization records who joins, changes and leaves by their groups.
 *
 * <p>The identity provider decides: even the last owner of an organization leaves with their group. Cluster admins can
 * add another owner.
 */
@ApplicationScoped
public class GroupMemberships {
    // The table has the same limit.
    private static final int MAX_GROUPS = 200;
    private static final int MAX_NAME_LENGTH = 256;

    // An 'owner' sorts after a 'member'. The condition on g.names uses its index.
    private static final String WANTED = """
        with wanted as (
            select m.organization_id, g.user_id, max(m.role) as role
            from group_mapping m join user_groups g on g.names @> array[m.group_name]
            where %1$s
            group by m.organization_id, g.user_id
        )
        """;
    private static final String REMOVE = WANTED + """
        delete from membership m
        where m.source = 'group' and %2$s and not exists (
            select from wanted w where w.organization_id = m.organization_id and w.user_id = m.user_id)
        returning m.organization_id, m.user_id\
        """;
    private static final String CHANGE = WANTED + """
        update membership m set role = w.role, updated_at = now()
        from wanted w
        where w.organization_id = m.organization_id and w.user_id = m.user_id and m.source = 'group' and m.role <> w.role
        returning m.organization_id, m.user_id\
        """;
    private static final String ADD = WANTED + """
        insert into membership (id, organization_id, user_id, role, source, created_at, updated_at)
        select gen_random_uuid(), w.organization_id, w.user_id, w.role, 'group', now(), now() from wanted w
        on conflict (organization_id, user_id) do nothing
        returning organization_id, user_id\
        """;
    // An organization that is deleted meanwhile loses its mappings before they are applied.
    private static final String LOCK_ORGANIZATIONS = """
        select o.id from organization o
        where o.id in (select m.organization_id from group_mapping m join user_groups g on g.names @> array[m.group_name]
            where g.user_id = ?1)
        order by o.id for key share\
        """;

    private final EntityManager entities;
    private final Event<MemberRemoved> removals;
    private final GroupChanges audit;

    GroupMemberships(EntityManager entities, Event<MemberRemoved> removals, GroupChanges audit) {
        this.entities = requireNonNull(entities, "entities is null");
        this.removals = requireNonNull(removals, "removals is null");
        this.audit = requireNonNull(audit, "audit is null");
    }

    void onSignIn(@Observes GroupsObserved observed) {
        sync(observed.userId(), observed.groups(), observed.issuedAt());
    }

    /**
     * Applies the groups in a user's token to their memberships, in the current transaction or a new one. Call it
     * before reading the user's memberships. Without changes, it costs one
     * short query, or two for a new token.
     *
     * @param groups the names; those after the first 200 in alphabetical order, and those that are empty, longer than 256
     *     characters or have control characters, are ignored
     * @param issuedAt when the token was issued; an older token than the latest one changes nothing
     */
    @Transactional
    public void sync(UUID userId, Collection<String> groups, Instant issuedAt) {
        List<String> names = mappable(groups);
        if (isLatest(userId, issuedAt, names)) {
            return;
        }
        lock();
        int stored = entities.unwrap(Session.class)
                .createNativeMutationQuery("""
                    insert into user_groups (user_id, names, issued_at) values (?1, cast(?2 as text[]), ?3)
                    on conflict (user_id) do update set names = excluded.names, issued_at = excluded.issued_at
                    where user_groups.issued_at <= excluded.issued_at\
                    """)
                .setParameter(1, userId)
                .setParameter(2, names.toArray(String[]::new))
                .setParameter(3, issuedAt.atOffset(ZoneOffset.UTC))
                .executeUpdate();
        if (stored > 0) {
            query(LOCK_ORGANIZATIONS, UUID.class).setParameter(1, userId).getResultList();
            record(userId, apply("g.user_id = ?1", "m.user_id = ?1", userId));
        }
    }

    /**
     * Whether nothing is to do: the token is older than the latest one, or has the same groups, which were applied
     * already.
     */
    private boolean isLatest(UUID userId, Instant issuedAt, List<String> names) {
        List<Object[]> rows = query(
                        "select g.issued_at > ?2, g.names = cast(?3 as text[]) from user_groups g where g.user_id = ?1",
                        Object[].class)
                .setParameter(1, userId)
                .setParameter(2, issuedAt.atOffset(ZoneOffset.UTC))
                .setParameter(3, names.toArray(String[]::new))
                .getResultList();
        if (rows.isEmpty()) {
            return names.isEmpty();
        }
        boolean isOld = (boolean) rows.getFirst()[0];
        boolean isSame = (boolean) rows.getFirst()[1];
        if (isSame && !isOld) {
            entities.unwrap(Session.class)
                    .createNativeMutationQuery("""
                        update user_groups set issued_at = greatest(issued_at, ?2) where user_id = ?1 and names = cast(?3 as text[])\
                        """)
                    .setParameter(1, userId)
                    .setParameter(2, issuedAt.atOffset(ZoneOffset.UTC))
                    .setParameter(3, names.toArray(String[]::new))
                    .executeUpdate();
        }
        return isSame || isOld;
    }

    /** Applies an organization's mappings to all users whose groups are known; call it with the {@link #lock}. */
    void apply(UUID organizationId) {
        apply("m.organization_id = ?1", "m.organization_id = ?1", organizationId);
    }

    /**
     * Waits for, and blocks, all other changes of groups and mappings until the transaction ends. Otherwise a new mapping
     * and the groups of a new user might not see each other.
     */
    void lock() {
        RowLocks.lockName(entities, "memberships by group");
    }

    /** Returns the operation in each changed organization; the last one if several users are affected. */
    private Map<UUID, String> apply(String wanted, String present, UUID id) {
        entities.flush();
        Map<UUID, String> operations = new TreeMap<>();
        for (Object[] row : changed(REMOVE.formatted(wanted, present), id)) {
            removals.fire(new MemberRemoved((UUID) row[0], (UUID) row[1]));
            operations.put((UUID) row[0], "leaveByGroup");
        }
        changed(CHANGE.formatted(wanted), id).forEach(row -> operations.put((UUID) row[0], "changeByGroup"));
        changed(ADD.formatted(wanted), id).forEach(row -> operations.put((UUID) row[0], "joinByGroup"));
        return operations;
    }

    /** Runs a statement, and returns the organizations and users of the changed memberships. */
    private List<Object[]> changed(String statement, UUID id) {
        return query(statement, Object[].class).setParameter(1, id).getResultList();
    }

    /** Writes the audit events last, since they lock the chains of their organizations, in the order of the ids. */
    private void record(UUID userId, Map<UUID, String> operations) {
        if (!operations.isEmpty()) {
            String name = query("select u.name from app_user u where u.id = ?1", String.class)
                    .setParameter(1, userId)
                    .getSingleResult();
            operations.forEach((organizationId, operation) -> audit.add(organizationId, operation, userId, name));
        }
    }

    private <T> NativeQuery<T> query(String text, Class<T> type) {
        return entities.unwrap(Session.class).createNativeQuery(text, type);
    }

    private static List<String> mappable(Collection<String> groups) {
        return groups.stream()
                .filter(name -> !name.isEmpty()
                        && name.codePointCount(0, name.length()) <= MAX_NAME_LENGTH
                        && name.chars().noneMatch(Character::isISOControl))
                .distinct()
                .sorted()
                .limit(MAX_GROUPS)
                .toList();
    }
}
