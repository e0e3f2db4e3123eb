package io.agyn.secretproviders;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.SecretProviderAuthMethod;
import io.agyn.api.model.SecretProviderConfigInput;
import io.agyn.contract.Violations;
import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.problems.NameList;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.secrets.Secrets;
import io.agyn.secrets.VaultConfigs;
import io.agyn.storage.RowLocks;
import io.agyn.vault.VaultConfig;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The stored secret providers and their credentials. */
@ApplicationScoped
public class SecretProviders implements PanacheRepositoryBase<SecretProviderEntity, UUID>, VaultConfigs {
    private static final String DEFAULT_MOUNT = "approle";

    private final CredentialCipher cipher;
    private final Secrets secrets;

    SecretProviders(CredentialCipher cipher, Secrets secrets) {
        this.cipher = requireNonNull(cipher, "cipher is null");
        this.secrets = requireNonNull(secrets, "secrets is null");
    }

    SecretProviderEntity get(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("secret provider"));
    }

    /** Returns a secret provider, locked until the transaction ends. */
    SecretProviderEntity lock(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("secret provider"));
    }

    /**
     * Sets a provider's config. Without a credential in the request, the stored one stays if it fits the auth method.
     *
     * @throws ProblemException {@code invalid_request} if the stored credential does not fit
     */
    void setConfig(SecretProviderEntity provider, SecretProviderConfigInput config) {
        SecretProviderAuthMethod authMethod = SecretProviderRules.authMethod(config);
        if (config.getToken() != null) {
            setToken(provider, config.getToken());
        } else if (config.getSecretId() != null) {
            setSecretId(provider, config.getSecretId());
        } else {
            keepCredential(provider, authMethod);
        }
        boolean isAppRole = authMethod == SecretProviderAuthMethod.APPROLE;
        provider.address = config.getAddress();
        provider.namespace = config.getNamespace();
        provider.caCertificate = config.getCaCertificate();
        provider.authMethod = authMethod;
        provider.roleId = config.getRoleId();
        provider.approleMount =
                isAppRole && config.getApproleMount() == null ? DEFAULT_MOUNT : config.getApproleMount();
    }

    /** Decrypts a provider's token, or returns null. */
    @Nullable
    String revealToken(SecretProviderEntity provider) {
        return provider.tokenCiphertext == null
                ? null
                : cipher.decrypt(provider.tokenCiphertext, provider.tokenContext());
    }

    /** Decrypts the secret id of a provider's AppRole, or returns null. */
    @Nullable
    String revealSecretId(SecretProviderEntity provider) {
        return provider.secretIdCiphertext == null
                ? null
                : cipher.decrypt(provider.secretIdCiphertext, provider.secretIdContext());
    }

    @Override
    public Provider provider(UUID organizationId, UUID providerId) {
        SecretProviderEntity provider = get(organizationId, providerId);
        VaultConfig.Auth auth =
                switch (provider.authMethod) {
                    case TOKEN -> new VaultConfig.Token(requireNonNull(revealToken(provider), "token is null"));
                    case APPROLE ->
                        new VaultConfig.AppRole(
                                requireNonNull(provider.approleMount, "approleMount is null"),
                                requireNonNull(provider.roleId, "roleId is null"),
                                requireNonNull(revealSecretId(provider), "secretId is null"));
                };
        return new Provider(
                provider.name,
                new VaultConfig(
                        provider.address,
                        Optional.ofNullable(provider.namespace),
                        Optional.ofNullable(provider.caCertificate),
                        auth));
    }

    /** Identifies a secret provider. */
    record Key(UUID organizationId, UUID id) {}

    /** Returns all secret providers with a token. */
    List<Key> withToken() {
        return getEntityManager()
                .createQuery("select organizationId, id from SecretProviderEntity where authMethod = ?1", Key.class)
                .setParameter(1, SecretProviderAuthMethod.TOKEN)
                .getResultList();
    }

    /** Deletes a secret provider; if secrets use it, responds with a 409 that lists them. */
    void deleteUnused(SecretProviderEntity provider) {
        RowLocks.againstReferences(getEntityManager(), "secret_provider", provider.id);
        List<String> found = secrets.namesIn(provider.organizationId, provider.id);
        if (!found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.SECRET_PROVIDER_IN_USE,
                    "The secret provider is in use by the secrets " + NameList.of(found)
                            + "; delete them or change their storage first.");
        }
        delete(provider);
        flush();
    }

    private void setToken(SecretProviderEntity provider, String token) {
        provider.credentialsFingerprint = cipher.fingerprint(
                SecretProviderCredentials.TOKEN_PREFIX + token,
                provider.tokenContext(),
                provider.credentialsFingerprint);
        provider.tokenCiphertext = cipher.encrypt(token, provider.tokenContext());
        provider.secretIdCiphertext = null;
    }

    private void setSecretId(SecretProviderEntity provider, String secretId) {
        provider.credentialsFingerprint = cipher.fingerprint(
                SecretProviderCredentials.SECRET_ID_PREFIX + secretId,
                provider.secretIdContext(),
                provider.credentialsFingerprint);
        provider.secretIdCiphertext = cipher.encrypt(secretId, provider.secretIdContext());
        provider.tokenCiphertext = null;
    }

    private void keepCredential(SecretProviderEntity provider, SecretProviderAuthMethod authMethod) {
        if (authMethod != provider.authMethod) {
            Violations violations = new Violations();
            SecretProviderRules.requireCredential(authMethod, violations);
            violations.throwIfAny();
        }
        if (provider.tokenCiphertext != null) {
            provider.tokenCiphertext = cipher.rewrap(provider.tokenCiphertext, provider.tokenContext());
        } else if (provider.secretIdCiphertext != null) {
            provider.secretIdCiphertext = cipher.rewrap(provider.secretIdCiphertext, provider.secretIdContext());
        }
    }
}
