package io.agyn.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.agyn.settings.SettingsReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Issues tokens as an identity provider does, and as an attacker would. */
final class Issuer {
    static final String URL = "https://login.example.com/realms/acme";
    static final String CLIENT = "agyn";
    static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    final RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    final ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    final OctetKeyPair ed = new OctetKeyPairGenerator(Curve.Ed25519).keyID("ed").generate();

    Issuer() throws JOSEException {}

    static OidcConfig config() {
        return config(Map.of());
    }

    static OidcConfig config(Map<String, String> others) {
        Map<String, String> settings = new LinkedHashMap<>(others);
        settings.putIfAbsent("agyn.oidc.issuer", URL);
        settings.putIfAbsent("agyn.oidc.client-id", CLIENT);
        return OidcConfig.read(SettingsReader.read(settings)).orElseThrow();
    }

    SigningKeys keys(JWK... others) throws Exception {
        return SigningKeys.parse(jwks(others.length == 0 ? new JWK[] {rsa, ec, ed} : others));
    }

    static JsonNode jwks(JWK... keys) throws Exception {
        return MAPPER.readTree(new JWKSet(List.of(keys)).toString());
    }

    /** The claims of a valid access token. */
    static Map<String, Object> claims() {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", URL);
        claims.put("aud", CLIENT);
        claims.put("sub", "f3b6");
        claims.put("typ", "Bearer");
        claims.put("iat", NOW.getEpochSecond());
        claims.put("exp", NOW.getEpochSecond() + 300);
        return claims;
    }

    /** The claims of a valid access token, with others or without some (null). */
    static Map<String, Object> claims(String name, Object value) {
        Map<String, Object> claims = claims();
        if (value == null) {
            claims.remove(name);
        } else {
            claims.put(name, value);
        }
        return claims;
    }

    String token(Map<String, Object> claims) throws Exception {
        return token(Map.of("alg", "RS256", "kid", "rsa", "typ", "JWT"), claims);
    }

    /** Signs with the algorithm of the header and the key for it. */
    String token(Map<String, Object> header, Map<String, Object> claims) throws Exception {
        JWSAlgorithm algorithm = JWSAlgorithm.parse((String) header.get("alg"));
        JWSSigner signer = JWSAlgorithm.Family.RSA.contains(algorithm)
                ? new RSASSASigner(rsa)
                : JWSAlgorithm.Family.EC.contains(algorithm) ? new ECDSASigner(ec) : new Ed25519Signer(ed);
        return sign(json(header), json(claims), algorithm, signer);
    }

    /** Signs any header and payload. */
    static String sign(String header, String payload, JWSAlgorithm algorithm, JWSSigner signer) throws Exception {
        String signed = Base64URL.encode(header) + "." + Base64URL.encode(payload);
        return signed + "." + signer.sign(new JWSHeader(algorithm), signed.getBytes(StandardCharsets.US_ASCII));
    }

    static String json(Map<String, Object> object) throws Exception {
        return MAPPER.writeValueAsString(object);
    }

    /** A source of these keys that counts no fetches. */
    JwtVerifier.KeySource source() throws Exception {
        SigningKeys keys = keys();
        return (Optional<String> id) -> keys;
    }
}
