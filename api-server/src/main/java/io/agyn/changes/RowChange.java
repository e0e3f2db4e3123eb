package io.agyn.changes;

import java.util.Optional;
import java.util.UUID;

/**
 * A row that was created, changed or deleted by some server of this database.
 *
 * @param table the table, by its name in the database
 * @param operation what happened to the row
 * @param rowId the row's id
 * @param organizationId the tenant it belongs to, if it belongs to one
 */
public record RowChange(String table, Operation operation, UUID rowId, Optional<UUID> organizationId) {
    /** What can happen to a row. */
    public enum Operation {
        INSERT,
        UPDATE,
        DELETE
    }
}
