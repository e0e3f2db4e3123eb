package io.agyn.console.audit;

import io.agyn.api.model.AuditEvent;

/**
 * An event as it is shown.
 *
 * @param event what is logged
 * @param words what was done, in words
 * @param resource what it was done to, or null where that is not there any more, or not one thing
 */
public record Entry(AuditEvent event, String words, Resource resource) {
    /**
     * Something that is there.
     *
     * @param name its name
     * @param path its page
     */
    public record Resource(String name, String path) {}

    /** Whether the resource is the organization in which something was done, and not what it was done to. */
    public boolean within() {
        return resource != null
                && event.getResourceId().equals(event.getOrganizationId())
                && !Operations.words(event.getOperation()).noun().equals("organization");
    }
}
