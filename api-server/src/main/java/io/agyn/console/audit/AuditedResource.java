package io.agyn.console.audit;

import io.agyn.api.model.Organization;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A feature's contribution to the audit log: the names and pages of its resources. */
public interface AuditedResource {
    /** The resource in the words of its operations, such as "LLM provider" for {@code getLlmProvider}. */
    String noun();

    /**
     * Reads a resource.
     *
     * @param organization null for resources outside organizations
     * @throws io.agyn.problems.ProblemException if it does not exist
     */
    Entry.Resource resource(@Nullable Organization organization, UUID id);
}
