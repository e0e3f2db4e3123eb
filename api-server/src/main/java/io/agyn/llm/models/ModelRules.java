package io.agyn.llm.models;

import io.agyn.api.model.ModelCreate;
import io.agyn.api.model.ModelFallbackInput;
import io.agyn.api.model.ModelUpdate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks that Codex can read a model's catalogue entry, and that no target occurs twice. */
final class ModelRules {
    private static final String ENTRY = "/codex_catalog_entry";
    private static final String FALLBACKS = "/fallbacks";

    private ModelRules() {}

    @Singleton
    static class OnCreate implements BodyRules<ModelCreate> {
        @Override
        public Class<ModelCreate> type() {
            return ModelCreate.class;
        }

        @Override
        public void check(ModelCreate body, Violations violations) {
            checkEntry(body.getCodexCatalogEntry(), violations);
            checkTargets(body.getProviderId(), body.getRemoteModelName(), body.getFallbacks(), violations);
        }
    }

    @Singleton
    static class OnUpdate implements BodyRules<ModelUpdate> {
        @Override
        public Class<ModelUpdate> type() {
            return ModelUpdate.class;
        }

        @Override
        public void check(ModelUpdate body, Violations violations) {
            checkEntry(body.getCodexCatalogEntry(), violations);
            checkTargets(body.getProviderId(), body.getRemoteModelName(), body.getFallbacks(), violations);
        }
    }

    private static void checkEntry(@Nullable String entry, Violations violations) {
        if (entry != null && !violations.existAt(ENTRY)) {
            CodexEntry.violation(entry).ifPresent(remedy -> violations.at(ENTRY, remedy));
        }
    }

    /** {@link ModelFallbacks} compares the protocols. */
    private static void checkTargets(
            @Nullable UUID providerId,
            @Nullable String remoteModelName,
            @Nullable List<ModelFallbackInput> fallbacks,
            Violations violations) {
        if (fallbacks == null) {
            return;
        }
        Set<List<@Nullable Object>> targets = new HashSet<>();
        targets.add(Arrays.asList(providerId, remoteModelName));
        for (int i = 0; i < fallbacks.size(); i++) {
            ModelFallbackInput fallback = fallbacks.get(i);
            if (fallback != null
                    && !targets.add(Arrays.asList(fallback.getProviderId(), fallback.getRemoteModelName()))) {
                violations.at(FALLBACKS + "/" + i, "Remove this fallback: another target of the model is the same.");
            }
        }
    }
}
