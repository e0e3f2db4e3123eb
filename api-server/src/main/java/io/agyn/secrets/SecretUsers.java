package io.agyn.secrets;

import java.util.List;
import java.util.UUID;

/** Knows what uses a secret. */
public interface SecretUsers {
    /** The names of what uses a secret, in order, each with its kind, such as {@code LLM provider openai-prod}. */
    List<String> usersOf(UUID organizationId, UUID secretId);
}
