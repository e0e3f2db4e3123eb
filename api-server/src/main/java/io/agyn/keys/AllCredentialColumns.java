package io.agyn.keys;

import java.util.List;
import java.util.ServiceLoader;

/** The {@link CredentialColumns} of all features. */
final class AllCredentialColumns {
    private static final List<CredentialColumns> FEATURES =
            ServiceLoader.load(CredentialColumns.class, CredentialColumns.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    static final List<CredentialColumn> COLUMNS =
            FEATURES.stream().flatMap(feature -> feature.columns().stream()).toList();

    static final List<FingerprintedReference> REFERENCES =
            FEATURES.stream().flatMap(feature -> feature.references().stream()).toList();

    private AllCredentialColumns() {}
}
