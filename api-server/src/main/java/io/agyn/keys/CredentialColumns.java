package io.agyn.keys;

import java.util.List;

/**
 * A feature's contribution: the columns that hold its credentials. Key rotation rewrites them all. Implementations are
 * listed in {@code META-INF/services}, since commands run without CDI.
 */
public interface CredentialColumns {
    List<CredentialColumn> columns();

    /** The references to credentials of other tables that have a fingerprint. */
    default List<FingerprintedReference> references() {
        return List.of();
    }
}
