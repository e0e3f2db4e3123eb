package io.agyn.keys;

import java.util.UUID;

/** A column that holds ciphertexts of credentials, each bound to its row. A new one gets a line here. */
enum CredentialColumn {
    SECRET_VALUE("secret", "value", "secret values"),
    PROVIDER_TOKEN("llm_provider", "token", "provider tokens"),
    PROVIDER_HEADERS("llm_provider", "custom_headers", "provider headers"),
    IDEMPOTENT_ANSWER("idempotency_key", "answer", "answers for Idempotency-Keys");

    private final String table;
    private final String field;
    private final String label;

    CredentialColumn(String table, String field, String label) {
        this.table = table;
        this.field = field;
        this.label = label;
    }

    /** What it holds, for people. */
    String label() {
        return label;
    }

    String table() {
        return table;
    }

    String column() {
        return field + "_ciphertext";
    }

    CredentialPlace place(UUID organizationId, UUID rowId) {
        return new CredentialPlace(organizationId, table, rowId, field);
    }
}
