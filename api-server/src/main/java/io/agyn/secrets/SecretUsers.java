package io.agyn.secrets;

import java.util.List;
import java.util.UUID;

/** Finds the resources that use a secret. */
public interface SecretUsers {
    /**
     * Returns the names of the resources that use a secret, sorted, each with its kind, such as
     * {@code LLM provider openai-prod}.
     */
    List<String> usersOf(UUID organizationId, UUID secretId);
}
