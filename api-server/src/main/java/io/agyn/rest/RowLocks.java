package io.agyn.rest;

import jakarta.persistence.EntityManager;
import java.util.UUID;

/** Locks that JPA's lock modes do not reach. */
public final class RowLocks {
    private RowLocks() {}

    /**
     * Locks a row against new references to it until the transaction ends, so that "nothing refers to it" stays true
     * while it is deleted. JPA's PESSIMISTIC_WRITE is PostgreSQL's FOR NO KEY UPDATE, which lets foreign keys pass.
     *
     * @param table the name of the table, not from a caller
     */
    public static void againstReferences(EntityManager entities, String table, UUID id) {
        entities.createNativeQuery("select 1 from " + table + " where id = ?1 for update", Integer.class)
                .setParameter(1, id)
                .getResultList();
    }

    /**
     * Waits until no other transaction is at it, and keeps others waiting until this one ends.
     *
     * @param what names what is done by one at a time
     */
    public static void oneAtATime(EntityManager entities, String what) {
        entities.createNativeQuery("select pg_advisory_xact_lock(hashtextextended(?1, 0))", Object.class)
                .setParameter(1, what)
                .getResultList();
    }
}
