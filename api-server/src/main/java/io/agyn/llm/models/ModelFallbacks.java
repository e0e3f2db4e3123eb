package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.agyn.api.model.ModelFallback;
import io.agyn.api.model.ModelFallbackInput;
import io.agyn.api.model.Protocol;
import io.agyn.contract.Violations;
import io.agyn.llm.providers.LlmProviders;
import io.agyn.problems.ConstraintProblem;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes and reads the fallbacks of models. */
@Singleton
class ModelFallbacks {
    private final LlmProviders providers;

    ModelFallbacks(LlmProviders providers) {
        this.providers = requireNonNull(providers, "providers is null");
    }

    /**
     * Sets the fallbacks of a model whose LLM provider is set.
     *
     * @param fallbacks null for none
     * @throws io.agyn.problems.ProblemException {@code reference_not_found} for an unknown LLM provider, {@code
     *     invalid_request} for one with another protocol
     */
    void set(ModelEntity model, @Nullable List<ModelFallbackInput> fallbacks) {
        List<ModelFallbackRow> rows = new ArrayList<>();
        Violations violations = new Violations();
        List<ModelFallbackInput> wanted = requireNonNullElse(fallbacks, List.of());
        // An unknown provider of the model itself is reported when the model is written.
        Optional<Protocol> own = wanted.isEmpty() || model.providerId == null
                ? Optional.empty()
                : providers.findProtocol(model.organizationId, model.providerId);
        for (ModelFallbackInput fallback : wanted) {
            String pointer = "/fallbacks/" + rows.size() + "/provider_id";
            requireProtocol(own, model, fallback.getProviderId(), pointer, violations);
            rows.add(new ModelFallbackRow(
                    rows.size(),
                    model.organizationId,
                    fallback.getProviderId(),
                    fallback.getRemoteModelName(),
                    requireNonNullElse(fallback.getWeight(), 1)));
        }
        violations.throwIfAny();
        if (!read(model).equals(rows.stream().map(ModelFallbacks::read).toList())) {
            model.fallbacks.clear();
            model.fallbacks.addAll(rows);
        }
    }

    private void requireProtocol(
            Optional<Protocol> own, ModelEntity model, UUID providerId, String pointer, Violations violations) {
        Protocol protocol = providers
                .findProtocol(model.organizationId, providerId)
                .orElseThrow(() -> ConstraintProblem.referenceNotFound(pointer.substring(1), "LLM provider")
                        .exception());
        if (own.filter(wanted -> wanted != protocol).isPresent()) {
            violations.at(
                    pointer,
                    "Choose an LLM provider with the protocol of the model's LLM provider; this one has " + protocol
                            + ".");
        }
    }

    static List<ModelFallback> read(ModelEntity model) {
        return model.fallbacks.stream().map(ModelFallbacks::read).toList();
    }

    private static ModelFallback read(ModelFallbackRow row) {
        return new ModelFallback()
                .providerId(row.providerId)
                .remoteModelName(row.remoteModelName)
                .weight(row.weight);
    }
}
