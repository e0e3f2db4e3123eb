package io.agyn.proxy.routing;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Where a call leads. */
public sealed interface Route {
    /**
     * To a model that can be called.
     *
     * @param target where its calls go
     * @param secretId the secret that the provider's token is read from, if it is
     */
    record Found(Target target, Optional<UUID> secretId) implements Route {
        /** Creates a route whose credentials come from no secret. */
        public Found(Target target) {
            this(target, Optional.empty());
        }
    }

    /** To a model that cannot be called. */
    sealed interface Uncallable extends Route {
        UUID organizationId();

        UUID modelId();

        String modelName();
    }

    /** To a model whose LLM provider was deleted. */
    record Orphaned(UUID organizationId, UUID modelId, String modelName) implements Uncallable {}

    /** To a model whose LLM provider's credentials cannot be decrypted; the log has the reason. */
    record Unreadable(UUID organizationId, UUID modelId, String modelName) implements Uncallable {}

    /** To a model whose LLM provider's credentials hold characters that no header can carry. */
    record Unsendable(UUID organizationId, UUID modelId, String modelName, String providerName) implements Uncallable {}

    /** To models of several organizations, of which the first few slugs are given. */
    record Ambiguous(List<String> slugs) implements Route {}

    /** To no model that the caller may use. */
    record UnknownModel() implements Route {}

    /** To no organization that the caller may use. */
    record UnknownOrganization() implements Route {}

    /** The organization of the model, if there is one. */
    default Optional<UUID> organization() {
        return switch (this) {
            case Found found -> Optional.of(found.target.organizationId());
            case Uncallable uncallable -> Optional.of(uncallable.organizationId());
            case Ambiguous ambiguous -> Optional.empty();
            case UnknownModel unknown -> Optional.empty();
            case UnknownOrganization unknown -> Optional.empty();
        };
    }
}
