package io.agyn.keys;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

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

    /** The columns of all features. */
    static List<CredentialColumn> all() {
        return features().flatMap(feature -> feature.columns().stream()).toList();
    }

    /** The references of all features. */
    static List<FingerprintedReference> allReferences() {
        return features().flatMap(feature -> feature.references().stream()).toList();
    }

    private static Stream<CredentialColumns> features() {
        return ServiceLoader.load(CredentialColumns.class, CredentialColumns.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get);
    }
}
