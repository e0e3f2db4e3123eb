package io.agyn.secretproviders;

import io.agyn.keys.credentials.CredentialColumn;
import io.agyn.keys.credentials.CredentialColumns;
import java.util.List;

/** The encrypted columns of secret providers. The kind of credential is part of the fingerprint, so that it changes with it. */
public final class SecretProviderCredentials implements CredentialColumns {
    static final String TOKEN_PREFIX = "token ";
    static final String SECRET_ID_PREFIX = "secret_id ";

    private static final String TABLE = "secret_provider";
    private static final String FINGERPRINT = "credentials_fingerprint";

    static final CredentialColumn TOKEN =
            new CredentialColumn(TABLE, "token", "secret provider tokens").withFingerprint(FINGERPRINT, TOKEN_PREFIX);
    static final CredentialColumn SECRET_ID = new CredentialColumn(TABLE, "approle_secret_id", "AppRole secret ids")
            .withFingerprint(FINGERPRINT, SECRET_ID_PREFIX);

    @Override
    public List<CredentialColumn> columns() {
        return List.of(TOKEN, SECRET_ID);
    }
}
