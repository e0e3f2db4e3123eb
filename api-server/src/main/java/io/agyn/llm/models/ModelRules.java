package io.agyn.llm.models;

import io.agyn.api.model.ModelCreate;
import io.agyn.api.model.ModelUpdate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Checks that Codex can read a model's catalogue entry. */
final class ModelRules {
    private static final String ENTRY = "/codex_catalog_entry";

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
        }
    }

    private static void checkEntry(@Nullable String entry, Violations violations) {
        if (entry != null && !violations.existAt(ENTRY)) {
            CodexEntry.violation(entry).ifPresent(remedy -> violations.at(ENTRY, remedy));
        }
    }
}
