package io.agyn.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The public signing keys of the identity provider, at one time. Symmetric and weak keys are left out. */
final class SigningKeys {
    /** The algorithms to accept; none is symmetric, so that a public key can never be a secret. */
    static final Map<String, JWSAlgorithm> ALGORITHMS = Stream.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512,
                    JWSAlgorithm.EdDSA,
                    JWSAlgorithm.Ed25519)
            .collect(Collectors.toUnmodifiableMap(JWSAlgorithm::getName, algorithm -> algorithm));

    private static final int MAX_KEYS = 100;
    private static final int MIN_RSA_BITS = 2_048;
    // RSA keys of unusual sizes are slow to verify with.
    private static final int MAX_RSA_BITS = 8_192;
    // For tokens without a key id.
    private static final int MAX_CANDIDATES = 4;

    private final List<JWK> keys;

    private SigningKeys(List<JWK> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * Reads a JWK set.
     *
     * @throws IdentityProviderException if it has no usable key
     */
    static SigningKeys parse(JsonNode document) throws IdentityProviderException {
        List<JWK> keys = new ArrayList<>();
        for (JsonNode item : document.path("keys")) {
            if (keys.size() < MAX_KEYS) {
                parseKey(item.toString()).ifPresent(keys::add);
            }
        }
        if (keys.isEmpty()) {
            throw new IdentityProviderException("its key set has no usable signing key");
        }
        return new SigningKeys(keys);
    }

    /** Whether a key has the id. */
    boolean has(String id) {
        return keys.stream().anyMatch(key -> id.equals(key.getKeyID()));
    }

    /** The thumbprints of the keys. */
    Set<String> thumbprints() {
        return keys.stream().map(SigningKeys::thumbprint).collect(Collectors.toSet());
    }

    /** A key that may verify a signature. */
    record Candidate(String thumbprint, JWSVerifier verifier) {}

    /** Returns the keys for an algorithm: those with the id, or the first ones if the token has no id. */
    List<Candidate> of(Optional<String> id, JWSAlgorithm algorithm) {
        return keys.stream()
                .filter(key -> id.isEmpty() || id.get().equals(key.getKeyID()))
                .filter(key -> key.getAlgorithm() == null
                        || key.getAlgorithm().getName().equals(algorithm.getName()))
                .flatMap(key ->
                        verifier(key, algorithm).map(verifier -> new Candidate(thumbprint(key), verifier)).stream())
                .limit(MAX_CANDIDATES)
                .toList();
    }

    private static Optional<JWK> parseKey(String json) {
        try {
            JWK key = JWK.parse(json).toPublicJWK();
            return key != null && (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE)) && isStrong(key)
                    ? Optional.of(key)
                    : Optional.empty();
        } catch (ParseException | RuntimeException e) {
            // A key of another kind, which no accepted token is signed with.
            return Optional.empty();
        }
    }

    private static boolean isStrong(JWK key) {
        return switch (key) {
            case RSAKey rsa -> rsa.size() >= MIN_RSA_BITS && rsa.size() <= MAX_RSA_BITS;
            case ECKey ec -> Set.of(Curve.P_256, Curve.P_384, Curve.P_521).contains(ec.getCurve());
            case OctetKeyPair pair -> pair.getCurve().equals(Curve.Ed25519);
            default -> false;
        };
    }

    private static Optional<JWSVerifier> verifier(JWK key, JWSAlgorithm algorithm) {
        try {
            return switch (key) {
                case RSAKey rsa
                when JWSAlgorithm.Family.RSA.contains(algorithm) -> Optional.of(new RSASSAVerifier(rsa));
                case ECKey ec
                when Curve.forJWSAlgorithm(algorithm).contains(ec.getCurve()) -> Optional.of(new ECDSAVerifier(ec));
                case OctetKeyPair pair
                when JWSAlgorithm.Family.ED.contains(algorithm) -> Optional.of(new Ed25519Verifier(pair));
                default -> Optional.empty();
            };
        } catch (JOSEException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static String thumbprint(JWK key) {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }
}
