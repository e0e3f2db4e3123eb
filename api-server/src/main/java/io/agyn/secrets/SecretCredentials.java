package io.agyn.secrets;

import io.agyn.keys.credentials.CredentialColumn;
import io.agyn.keys.credentials.CredentialColumns;
import java.util.List;

/** The encrypted column of secrets. */
public final class SecretCredentials implements CredentialColumns {
    static final CredentialColumn VALUE =
            new CredentialColumn("secret", "value", "secret values").withFingerprint("fingerprint", "");

    @Override
    public List<CredentialColumn> columns() {
        return List.of(VALUE);
    }
}
