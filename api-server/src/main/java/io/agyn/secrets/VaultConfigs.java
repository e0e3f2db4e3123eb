package io.agyn.secrets;

import io.agyn.vault.VaultConfig;
import java.util.UUID;

/** Finds how to reach the secret providers of remote secrets. */
public interface VaultConfigs {
    /**
     * A secret provider.
     *
     * @param name its name, for messages
     * @param config how to reach it, with its credential
     */
    record Provider(String name, VaultConfig config) {}

    /**
     * Returns a secret provider.
     *
     * @throws io.agyn.problems.ProblemException {@code credential_unreadable} if its credential cannot be decrypted
     */
    Provider provider(UUID organizationId, UUID providerId);
}
