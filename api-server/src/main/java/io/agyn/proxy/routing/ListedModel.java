package io.agyn.proxy.routing;

import io.agyn.api.model.Protocol;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A model in the list for a caller.
 *
 * @param id the name to call it by: {@code slug/name} outside of the home organization
 * @param name the model's name in its organization
 * @param alias the alias to call it by, qualified like the id; null without an alias
 * @param organizationSlug the slug of its organization
 * @param codexEntry a JSON object whose members replace those of its entry in Codex' catalogue; null in other lists
 */
public record ListedModel(
        String id,
        UUID modelId,
        String name,
        @Nullable String alias,
        String organizationSlug,
        Protocol protocol,
        Instant createdAt,
        @Nullable String codexEntry) {
    /** Returns the model with its alias as the id, if it has one. */
    public ListedModel withAliasAsId() {
        return alias == null
                ? this
                : new ListedModel(alias, modelId, name, alias, organizationSlug, protocol, createdAt, codexEntry);
    }
}
