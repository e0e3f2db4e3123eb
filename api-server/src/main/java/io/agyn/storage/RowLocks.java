package io.agyn.storage;

import jakarta.persistence.EntityManager;
import java.util.UUID;

/** Locks that JPA's lock modes do not offer. */
public final class RowLocks {
    private RowLocks() {}

    /**
     * Locks a row against new references until the transaction ends, so that it stays unreferenced while it is
     * deleted. JPA's PESSIMISTIC_WRITE is PostgreSQL's FOR NO KEY UPDATE, which does not block foreign keys.
     *
     * @param table the name of the table; never from a caller
     */
    public static void againstReferences(EntityManager entities, String table, UUID id) {
        entities.createNativeQuery("select 1 from " + table + " where id = ?1 for update", Integer.class)
                .setParameter(1, id)
                .getResultList();
    }

    /**
     * Locks a row against deletion until the transaction ends, as a reference to it does. Before rows that are deleted with
     * it are locked, so that the deletion and this transaction do not wait for each other.
     *
     * @param table the name of the table; never from a caller
     */
    public static void againstDeletion(EntityManager entities, String table, UUID id) {
        entities.createNativeQuery("select 1 from " + table + " where id = ?1 for key share", Integer.class)
                .setParameter(1, id)
                .getResultList();
    }

    /**
     * Takes a named lock until the transaction ends.
     *
     * @param name the name
     */
    public static void lockName(EntityManager entities, String name) {
        entities.createNativeQuery("select pg_advisory_xact_lock(hashtextextended(?1, 0))", Object.class)
                .setParameter(1, name)
                .getResultList();
    }
}
