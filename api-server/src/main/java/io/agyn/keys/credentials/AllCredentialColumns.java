package io.agyn.keys.credentials;

import java.util.List;
import java.util.ServiceLoader;

/** The {@link CredentialColumns} of all features. */
public final class AllCredentialColumns {
    private static final List<CredentialColumns> FEATURES =
            ServiceLoader.load(CredentialColumns.class, CredentialColumns.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    public static final List<CredentialColumn> COLUMNS =
            FEATURES.stream().flatMap(feature -> feature.columns().stream()).toList();

    public static final List<FingerprintedReference> REFERENCES =
            FEATURES.stream().flatMap(feature -> feature.references().stream()).toList();

    private AllCredentialColumns() {}
}
