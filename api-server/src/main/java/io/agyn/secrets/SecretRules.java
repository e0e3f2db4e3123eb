package io.agyn.secrets;

import io.agyn.api.model.SecretCreate;
import io.agyn.api.model.SecretUpdate;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Limits values to 64 KiB in UTF-8; the contract's bound counts characters. */
final class SecretRules {
    private static final int MAX_VALUE_BYTES = 64 << 10;

    private SecretRules() {}

    @Singleton
    static class OnCreate implements BodyRules<SecretCreate> {
        @Override
        public Class<SecretCreate> type() {
            return SecretCreate.class;
        }

        @Override
        public void check(SecretCreate body, Violations violations) {
            checkValue(body.getValue(), violations);
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
            checkValue(body.getValue(), violations);
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
