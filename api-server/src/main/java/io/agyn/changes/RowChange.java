package io.agyn.changes;

import java.util.Optional;
import java.util.UUID;

/**
 * A row that a server of this database created, changed or deleted.
 *
 * @param table the table's name in the database
 * @param organizationId the row's organization, if any
 */
public record RowChange(String table, Operation operation, UUID rowId, Optional<UUID> organizationId) {
    public enum Operation {
        INSERT,
        UPDATE,
        DELETE
    }
}
