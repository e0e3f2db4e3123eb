package io.agyn.console.audit;

import io.agyn.api.model.AuditEvent;
import org.jspecify.annotations.Nullable;

/**
 * An audit event as displayed.
 *
 * @param words the action in words
 * @param resource null if it was deleted, or if the event does not concern a single resource
 */
public record Entry(
        AuditEvent event, String words, @Nullable Resource resource) {
    /** An existing resource and the path of its page. */
    public record Resource(String name, String path) {}

    /** Whether the resource is only the organization of the event, not its subject. */
    public boolean within() {
        return resource != null
                && event.getResourceId().equals(event.getOrganizationId())
                && !Operations.words(event.getOperation()).noun().equals("organization");
    }
}
