package io.agyn.secrets;

import io.agyn.api.model.SecretCreate;
import io.agyn.api.model.SecretStorage;
import io.agyn.api.model.SecretUpdate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.RelativePaths;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Requires the fields of exactly one storage, rejects paths that Vault would read as others, and limits values to 64
 * KiB in UTF-8; the contract's bound counts characters.
 */
final class SecretRules {
    private static final int MAX_VALUE_BYTES = 64 << 10;

    private SecretRules() {}

    /** The fields of both storages; absent ones are null. */
    private record Fields(
            @Nullable SecretStorage storage,
            @Nullable String value,
            @Nullable UUID providerId,
            @Nullable String remotePath,
            @Nullable String remoteKey) {}

    @Singleton
    static class OnCreate implements BodyRules<SecretCreate> {
        @Override
        public Class<SecretCreate> type() {
            return SecretCreate.class;
        }

        @Override
        public void check(SecretCreate body, Violations violations) {
            SecretRules.check(
                    new Fields(
                            body.getStorage(),
                            body.getValue(),
                            body.getProviderId(),
                            body.getRemotePath(),
                            body.getRemoteKey()),
                    violations);
            if (body.getStorage() == SecretStorage.LOCAL) {
                require(body.getValue(), "/value", "a local secret requires it", violations);
            }
        }
    }

    @Singleton
    static class OnUpdate implements BodyRules<SecretUpdate> {
        @Override
        public Class<SecretUpdate> type() {
            return SecretUpdate.class;
        }

        @Override
        public void check(SecretUpdate body, Violations violations) {
            SecretRules.check(
                    new Fields(
                            body.getStorage(),
                            body.getValue(),
                            body.getProviderId(),
                            body.getRemotePath(),
                            body.getRemoteKey()),
                    violations);
        }
    }

    private static void check(Fields fields, Violations violations) {
        checkValue(fields.value(), violations);
        RelativePaths.check(fields.remotePath(), "/remote_path", "path", violations);
        switch (fields.storage()) {
            case null -> {}
            case LOCAL -> {
                String reason = "or set storage to remote; a local secret has a value.";
                reject(fields.providerId(), "provider_id", reason, violations);
                reject(fields.remotePath(), "remote_path", reason, violations);
                reject(fields.remoteKey(), "remote_key", reason, violations);
            }
            case REMOTE -> {
                reject(
                        fields.value(),
                        "value",
                        "or set storage to local; the value of a remote secret is in its secret provider.",
                        violations);
                String reason = "a remote secret requires it";
                require(fields.providerId(), "/provider_id", reason, violations);
                require(fields.remotePath(), "/remote_path", reason, violations);
                require(fields.remoteKey(), "/remote_key", reason, violations);
            }
        }
    }

    private static void require(@Nullable Object field, String pointer, String reason, Violations violations) {
        if (field == null && !violations.existAt(pointer)) {
            violations.at(pointer, "Add this field; " + reason + ".");
        }
    }

    private static void reject(@Nullable Object field, String name, String reason, Violations violations) {
        if (field != null && !violations.existAt("/" + name)) {
            violations.at("/" + name, "Remove " + name + ", " + reason);
        }
    }

    private static void checkValue(@Nullable String value, Violations violations) {
        if (value == null || violations.existAt("/value")) {
            return;
        }
        int length = value.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_VALUE_BYTES) {
            violations.at("/value", "Must have at most %d bytes in UTF-8, not %d.".formatted(MAX_VALUE_BYTES, length));
        }
    }
}
