package io.agyn.changes;

import java.util.Optional;
import java.util.UUID;

/**
 * A row that was created, changed or deleted by some server of this database.
 *
 * @param table the table, by its name in the database
 * @param rowId the row's id
 * @param organizationId the tenant it belongs to, if it belongs to one
 */
public record Change(String table, UUID rowId, Optional<UUID> organizationId) {}
