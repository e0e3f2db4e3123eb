package io.agyn.llm.providers;

import io.agyn.keys.credentials.CredentialColumn;
import io.agyn.keys.credentials.CredentialColumns;
import io.agyn.keys.credentials.FingerprintedReference;
import java.util.List;

/** The encrypted columns of LLM providers. The kind of credential is part of the fingerprint, so that it changes with it. */
public final class LlmProviderCredentials implements CredentialColumns {
    static final String TOKEN_PREFIX = "token ";
    static final String SECRET_PREFIX = "secret ";

    private static final String TABLE = "llm_provider";
    private static final String FINGERPRINT = "credentials_fingerprint";

    static final CredentialColumn TOKEN =
            new CredentialColumn(TABLE, "token", "provider tokens").withFingerprint(FINGERPRINT, TOKEN_PREFIX);
    static final CredentialColumn CUSTOM_HEADERS =
            new CredentialColumn(TABLE, "custom_headers", "provider headers").withFingerprint(FINGERPRINT, "");

    @Override
    public List<CredentialColumn> columns() {
        return List.of(TOKEN, CUSTOM_HEADERS);
    }

    @Override
    public List<FingerprintedReference> references() {
        return List.of(new FingerprintedReference(TABLE, "token_secret_id", FINGERPRINT, SECRET_PREFIX, TOKEN.field()));
    }
}
