package io.agyn.proxy.routing;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The result of resolving a call's model. */
public sealed interface Route {
    /**
     * A model that can be called.
     *
     * @param target the provider and its credentials
     * @param secretId the secret with the provider's token, if any
     * @param fallbacks the model's other targets; null for none
     */
    record Found(
            Target target,
            Optional<UUID> secretId,
            @Nullable Fallbacks fallbacks) implements Route {
        public Found(Target target) {
            this(target, Optional.empty());
        }

        public Found(Target target, Optional<UUID> secretId) {
            this(target, secretId, null);
        }
    }

    /** A model that cannot be called. */
    sealed interface Uncallable extends Route {
        UUID organizationId();

        UUID modelId();

        String modelName();
    }

    /** A model whose LLM provider was deleted. */
    record Orphaned(UUID organizationId, UUID modelId, String modelName) implements Uncallable {}

    /** A model whose LLM provider's credentials cannot be decrypted; the log has the reason. */
    record Unreadable(UUID organizationId, UUID modelId, String modelName) implements Uncallable {}

    /** A model whose LLM provider's credentials contain characters that are not allowed in a header. */
    record Unsendable(UUID organizationId, UUID modelId, String modelName, String providerName) implements Uncallable {}

    /**
     * A name without a slug, of a caller without a home organization.
     *
     * @param elsewhere the first models of this name that the caller reaches, as {@code slug/name}; may be empty
     */
    record NoHome(List<String> elsewhere) implements Route {}

    /**
     * The caller has no such model.
     *
     * @param elsewhere the first models of this name in other organizations that the caller reaches, as {@code
     *     slug/name}; may be empty
     */
    record UnknownModel(List<String> elsewhere) implements Route {
        public UnknownModel() {
            this(List.of());
        }
    }

    /** The caller has no such organization. */
    record UnknownOrganization() implements Route {}

    /** The organization of the model, if a single model was found. */
    default Optional<UUID> organization() {
        return switch (this) {
            case Found found -> Optional.of(found.target.organizationId());
            case Uncallable uncallable -> Optional.of(uncallable.organizationId());
            case NoHome unknown -> Optional.empty();
            case UnknownModel unknown -> Optional.empty();
            case UnknownOrganization unknown -> Optional.empty();
        };
    }
}
