package io.agyn.idempotency;

import io.agyn.keys.credentials.CredentialColumn;
import io.agyn.keys.credentials.CredentialColumns;
import java.util.List;

/** The encrypted column of idempotency keys. */
public final class IdempotencyCredentials implements CredentialColumns {
    static final CredentialColumn RESPONSE =
            new CredentialColumn("idempotency_key", "answer", "answers for Idempotency-Keys");

    @Override
    public List<CredentialColumn> columns() {
        return List.of(RESPONSE);
    }
}
