package io.agyn.console.tokens;

import io.agyn.api.model.TokenScope;
import io.agyn.console.forms.Option;
import java.util.List;

/**
 * The options of the fields of a token's rights.
 *
 * @param models the models of the token's organization; empty if it is unknown
 */
public record TokenChoices(List<Option> scopes, List<Preset> presets, List<Option> models) {
    /**
     * A frequent purpose of a token.
     *
     * @param name its name in links
     */
    public record Preset(String name, String label, List<TokenScope> scopes) {}
}
