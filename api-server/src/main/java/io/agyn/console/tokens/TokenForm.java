package io.agyn.console.tokens;

import io.agyn.api.model.ApiToken;
import io.agyn.api.model.TokenScope;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import io.agyn.console.tokens.TokenChoices.Preset;
import io.agyn.contract.Uuids;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of a token's rights in its forms. */
final class TokenForm {
    static final String SCOPES = "scopes";
    static final String MODELS = "model_ids";

    /** The scopes, each with one line. */
    static final List<Option> SCOPE_OPTIONS = List.of(
            option(TokenScope.CALL_MODELS, "Call, list and test models"),
            option(TokenScope.READ, "Read everything but credentials"),
            option(TokenScope.MANAGE, "Create, change and delete everything but API tokens"),
            option(TokenScope.MANAGE_TOKENS, "Create, change and revoke API tokens"),
            option(TokenScope.REVEAL, "Reveal credentials"));

    static final List<Preset> PRESETS = List.of(
            new Preset("agent", "Agent", List.of(TokenScope.CALL_MODELS)),
            new Preset("automation", "Automation", List.of(TokenScope.READ, TokenScope.MANAGE)));

    private TokenForm() {}

    private static Option option(TokenScope scope, String text) {
        return new Option(scope.toString(), text);
    }

    /** Returns a form with the scopes of a preset; an unknown one is an agent's. */
    static Form preset(Form form, @Nullable String name) {
        Preset preset = PRESETS.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(PRESETS.getFirst());
        return form.setAll(SCOPES, names(preset.scopes()));
    }

    static Form of(ApiToken token) {
        Form form = Form.of("description", token.getDescription())
                .setAll(SCOPES, names(token.getScopes()))
                .set("default_model_id", text(token.getDefaultModelId()));
        return token.getModelIds() == null
                ? form
                : form.setAll(
                        MODELS, token.getModelIds().stream().map(UUID::toString).toList());
    }

    /** The chosen scopes; unknown ones are ignored. */
    static Set<TokenScope> scopes(Form form) {
        return form.all(SCOPES).stream()
                .flatMap(name -> TokenForm.scope(name).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The chosen models; null for all. */
    static @Nullable Set<UUID> models(Form form) {
        Set<UUID> chosen = form.all(MODELS).stream()
                .flatMap(text -> Uuids.parse(text).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return chosen.isEmpty() ? null : chosen;
    }

    private static Optional<TokenScope> scope(String name) {
        try {
            return Optional.of(TokenScope.fromValue(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static List<String> names(Collection<TokenScope> scopes) {
        return scopes.stream().map(TokenScope::toString).toList();
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }
}
