package io.agyn.llm.providers;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.Protocol;
import io.agyn.contract.Violations;
import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.problems.ProblemException;
import io.agyn.secrets.SecretUsers;
import io.agyn.secrets.Secrets;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The stored LLM providers and their credentials. */
@ApplicationScoped
public class LlmProviders implements PanacheRepositoryBase<LlmProviderEntity, UUID>, SecretUsers {
    private final CredentialCipher cipher;
    private final Secrets secrets;
    private final ObjectMapper mapper;

    LlmProviders(CredentialCipher cipher, Secrets secrets, ObjectMapper mapper) {
        this.cipher = requireNonNull(cipher, "cipher is null");
        this.secrets = requireNonNull(secrets, "secrets is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
    }

    @Override
    public List<String> usersOf(UUID organizationId, UUID secretId) {
        return find("organizationId = ?1 and tokenSecretId = ?2 order by name", organizationId, secretId).stream()
                .map(provider -> "LLM provider " + provider.name)
                .toList();
    }

    LlmProviderEntity get(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("LLM provider"));
    }

    /** Returns an LLM provider, locked until the transaction ends. */
    LlmProviderEntity lock(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("LLM provider"));
    }

    /**
     * Sets a provider's auth method and credentials. Without credentials in the request, the stored ones stay if they
     * fit the auth method.
     *
     * @throws ProblemException {@code invalid_request} if the stored credentials do not fit, or the secret's value
     *     cannot be a token
     */
    void setCredentials(LlmProviderEntity provider, CredentialsInput input) {
        AuthMethod authMethod = requireNonNull(input.authMethod(), "authMethod is null");
        if (input.isEmpty()) {
            keepCredentials(provider, authMethod);
            return;
        }
        String stored = provider.credentialsFingerprint;
        provider.authMethod = authMethod;
        provider.tokenSecretId = input.tokenSecretId();
        provider.tokenCiphertext = null;
        provider.customHeaderNames = List.of();
        provider.customHeadersCiphertext = null;
        if (input.tokenSecretId() != null) {
            requireToken(provider.organizationId, input.tokenSecretId());
            provider.credentialsFingerprint = cipher.fingerprint(
                    LlmProviderCredentials.SECRET_PREFIX + input.tokenSecretId(), provider.tokenContext(), stored);
        } else if (input.token() != null) {
            provider.tokenCiphertext = cipher.encrypt(input.token(), provider.tokenContext());
            provider.credentialsFingerprint = cipher.fingerprint(
                    LlmProviderCredentials.TOKEN_PREFIX + input.token(), provider.tokenContext(), stored);
        } else {
            setCustomHeaders(provider, requireNonNull(input.customHeaders(), "customHeaders is null"));
        }
    }

    /** Decrypts a provider's own token, or returns null. */
    @Nullable
    String revealToken(LlmProviderEntity provider) {
        return provider.tokenCiphertext == null
                ? null
                : cipher.decrypt(provider.tokenCiphertext, provider.tokenContext());
    }

    /** Decrypts a provider's headers, or returns null. */
    @Nullable
    Map<String, String> revealCustomHeaders(LlmProviderEntity provider) {
        if (provider.customHeadersCiphertext == null) {
            return null;
        }
        try {
            String json = cipher.decrypt(provider.customHeadersCiphertext, provider.customHeadersContext());
            return mapper.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            // Without the cause, whose message may quote a header.
            throw new IllegalStateException("The headers of LLM provider " + provider.id + " are not a JSON object");
        }
    }

    private void requireToken(UUID organizationId, UUID secretId) {
        if (!secrets.canBeToken(organizationId, secretId)) {
            Violations violations = new Violations();
            violations.at(
                    "/token_secret_id",
                    "Choose another secret or replace its value: it contains characters that are invalid in HTTP"
                            + " headers; a token may contain only visible ASCII characters.");
            violations.throwIfAny();
        }
    }

    private void keepCredentials(LlmProviderEntity provider, AuthMethod authMethod) {
        byte @Nullable [] headers = provider.customHeadersCiphertext;
        if ((authMethod == AuthMethod.CUSTOM_HEADERS) != (headers != null)) {
            Violations violations = new Violations();
            LlmProviderRules.requireCredentials(authMethod, violations);
            violations.throwIfAny();
        }
        provider.authMethod = authMethod;
        if (headers != null) {
            provider.customHeadersCiphertext = cipher.rewrap(headers, provider.customHeadersContext());
        } else if (provider.tokenCiphertext != null) {
            provider.tokenCiphertext = cipher.rewrap(provider.tokenCiphertext, provider.tokenContext());
        }
    }

    private void setCustomHeaders(LlmProviderEntity provider, Map<String, String> headers) {
        Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(headers);
        provider.customHeaderNames = List.copyOf(sorted.keySet());
        try {
            String json = mapper.writeValueAsString(sorted);
            provider.customHeadersCiphertext = cipher.encrypt(json, provider.customHeadersContext());
            provider.credentialsFingerprint =
                    cipher.fingerprint(json, provider.customHeadersContext(), provider.credentialsFingerprint);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The protocol of an LLM provider.
     *
     * @throws io.agyn.problems.ProblemException if there is no such provider
     */
    public Protocol protocol(UUID organizationId, UUID providerId) {
        return get(organizationId, providerId).protocol;
    }

    /** The protocol of an LLM provider; empty for an unknown id. */
    public Optional<Protocol> findProtocol(UUID organizationId, UUID providerId) {
        return find("organizationId = ?1 and id = ?2", organizationId, providerId)
                .firstResultOptional()
                .map(provider -> provider.protocol);
    }
}
