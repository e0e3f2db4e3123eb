package io.agyn.console.secretproviders;

import io.agyn.api.model.Secret;
import io.agyn.console.lists.ListPage;

/**
 * The status of a secret provider, derived from the last reads of its secrets.
 *
 * @param badge the badge's CSS class: good, warn, bad, or empty
 */
public record SecretProviderState(String text, String badge) {
    static SecretProviderState of(ListPage.Slice<Secret> secrets) {
        long all = secrets.items().size();
        long failing = secrets.items().stream()
                .filter(secret -> secret.getLastError() != null)
                .count();
        if (all == 0) {
            return new SecretProviderState("no secrets yet", "warn");
        }
        if (failing == all && !secrets.more()) {
            return new SecretProviderState("failing", "bad");
        }
        if (failing > 0) {
            return new SecretProviderState("%d secrets failing".formatted(failing), "warn");
        }
        return secrets.items().stream().anyMatch(secret -> secret.getReadAt() != null)
                ? new SecretProviderState("working", "good")
                : new SecretProviderState("not read yet", "");
    }
}
