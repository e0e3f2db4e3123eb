package io.agyn.oidc;

import static io.agyn.oidc.Issuer.claims;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.agyn.oidc.InvalidJwtException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class JwtVerifierTest {
    private static final long NOW = Issuer.NOW.getEpochSecond();
    private static final Map<String, Object> RS256 = Map.of("alg", "RS256", "kid", "rsa");
    private static final Map<String, Object> LOGOUT =
            Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of());

    private static Issuer issuer;
    private static RSAKey stranger;
    private static JwtVerifier verifier;

    @BeforeAll
    static void createKeys() throws Exception {
        issuer = new Issuer();
        stranger = new RSAKeyGenerator(2048).keyID("rsa").generate();
        verifier = new JwtVerifier(Issuer.config(), issuer.source(), Clock.fixed(Issuer.NOW, ZoneOffset.UTC));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA"})
    void tokensOfAllAlgorithmsAreAccepted(String algorithm) throws Exception {
        String kid = algorithm.startsWith("ES") ? "ec" : algorithm.equals("EdDSA") ? "ed" : "rsa";
        String token = issuer.token(Map.of("alg", algorithm, "kid", kid), claims());
        assertThat(verifier.accessToken(token).claims().text("sub")).contains("f3b6");
        assertThat(reason(issuer.token(Map.of("alg", algorithm, "kid", "unknown"), claims())))
                .isEqualTo(Reason.UNKNOWN_KEY);
    }

    @Test
    void tokensWithoutKeyIdOrWithTypesOfRfc9068AreAccepted() throws Exception {
        verifier.accessToken(issuer.token(Map.of("alg", "RS256"), claims()));
        verifier.accessToken(issuer.token(Map.of("alg", "RS256", "kid", "rsa", "typ", "at+jwt"), claims("typ", null)));
        verifier.accessToken(issuer.token(RS256, claims("aud", List.of("account", "agyn"))));
    }

    @Test
    void clocksMayDifferByAMinute() throws Exception {
        verifier.accessToken(issuer.token(claims("exp", NOW - 59)));
        verifier.accessToken(issuer.token(claims("nbf", NOW + 60)));
        verifier.accessToken(issuer.token(claims("iat", NOW + 60)));
    }

    static Stream<Arguments> attacks() throws Exception {
        String valid = issuer.token(claims());
        String header = Base64URL.encode(Issuer.json(RS256)).toString();
        byte[] publicKey = issuer.rsa.toRSAPublicKey().getEncoded();
        byte[] publicPem = ("-----BEGIN PUBLIC KEY-----\n" + Base64URL.encode(publicKey)
                        + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
        String none = Base64URL.encode("{\"alg\":\"none\"}") + "." + Base64URL.encode(Issuer.json(claims())) + ".";
        return Stream.of(
                attack("alg none", Reason.ALGORITHM, none),
                attack("alg NONE", Reason.ALGORITHM, none.replace(none.split("\\.")[0], encode("{\"alg\":\"NoNe\"}"))),
                attack("no alg", Reason.ALGORITHM, none.replace(none.split("\\.")[0], encode("{\"kid\":\"rsa\"}"))),
                attack("HS256 with the public key", Reason.ALGORITHM, hmac(publicKey)),
                attack("HS256 with the public key as PEM", Reason.ALGORITHM, hmac(publicPem)),
                attack(
                        "ES256 with the id of an RSA key",
                        Reason.UNKNOWN_KEY,
                        issuer.token(Map.of("alg", "ES256", "kid", "rsa"), claims())),
                attack("key of another realm", Reason.SIGNATURE, sign(RS256, claims(), stranger)),
                attack(
                        "key of another realm without id",
                        Reason.SIGNATURE,
                        sign(Map.of("alg", "RS256"), claims(), stranger)),
                attack(
                        "unknown key id",
                        Reason.UNKNOWN_KEY,
                        sign(Map.of("alg", "RS256", "kid", "new"), claims(), stranger)),
                attack(
                        "key id with a path",
                        Reason.UNKNOWN_KEY,
                        sign(Map.of("alg", "RS256", "kid", "../../../../dev/null"), claims(), stranger)),
                attack(
                        "key id with SQL",
                        Reason.UNKNOWN_KEY,
                        sign(Map.of("alg", "RS256", "kid", "' or 1=1 --"), claims(), stranger)),
                attack(
                        "key id as number",
                        Reason.MALFORMED,
                        sign(Map.of("alg", "RS256", "kid", 1), claims(), stranger)),
                attack(
                        "long key id",
                        Reason.MALFORMED,
                        sign(Map.of("alg", "RS256", "kid", "k".repeat(2000)), claims(), stranger)),
                attack(
                        "own key as jwk",
                        Reason.MALFORMED,
                        withHeader("jwk", stranger.toPublicJWK().toJSONObject())),
                attack("own keys by jku", Reason.MALFORMED, withHeader("jku", "https://attacker.example/keys")),
                attack("own certificate by x5u", Reason.MALFORMED, withHeader("x5u", "https://attacker.example/x")),
                attack("own certificate by x5c", Reason.MALFORMED, withHeader("x5c", List.of("MII"))),
                attack("critical header", Reason.MALFORMED, withHeader("crit", List.of("exp"))),
                attack("payload without base64", Reason.MALFORMED, withHeader("b64", false)),
                attack("compressed", Reason.MALFORMED, withHeader("zip", "DEF")),
                attack(
                        "changed payload",
                        Reason.SIGNATURE,
                        header + "." + encode(Issuer.json(claims("sub", "admin"))) + "." + valid.split("\\.")[2]),
                attack("no signature", Reason.SIGNATURE, valid.substring(0, valid.lastIndexOf('.') + 1)),
                attack("psychic signature", Reason.SIGNATURE, psychicSignature()),
                attack("issuer with slash", Reason.ISSUER, issuer.token(claims("iss", Issuer.URL + "/"))),
                attack("other issuer", Reason.ISSUER, issuer.token(claims("iss", "https://attacker.example"))),
                attack("no issuer", Reason.ISSUER, issuer.token(claims("iss", null))),
                attack("issuers", Reason.ISSUER, issuer.token(claims("iss", List.of(Issuer.URL)))),
                attack("other audience", Reason.AUDIENCE, issuer.token(claims("aud", "account"))),
                attack("no audience", Reason.AUDIENCE, issuer.token(claims("aud", null))),
                attack("audience in other case", Reason.AUDIENCE, issuer.token(claims("aud", "AGYN"))),
                attack("expired", Reason.EXPIRED, issuer.token(claims("exp", NOW - 60))),
                attack("never expires", Reason.CLAIM, issuer.token(claims("exp", null))),
                attack("expiry as text", Reason.CLAIM, issuer.token(claims("exp", "9999999999"))),
                attack("expiry out of range", Reason.CLAIM, issuer.token(claims("exp", 1e300))),
                attack("not yet valid", Reason.NOT_YET_VALID, issuer.token(claims("nbf", NOW + 61))),
                attack("issued in the future", Reason.NOT_YET_VALID, issuer.token(claims("iat", NOW + 61))),
                attack("iat as text", Reason.CLAIM, issuer.token(claims("iat", "now"))),
                attack("no subject", Reason.CLAIM, issuer.token(claims("sub", null))),
                attack("empty subject", Reason.CLAIM, issuer.token(claims("sub", ""))),
                attack("blank subject", Reason.CLAIM, issuer.token(claims("sub", " "))),
                attack("subject as number", Reason.CLAIM, issuer.token(claims("sub", 1))),
                attack("long subject", Reason.CLAIM, issuer.token(claims("sub", "s".repeat(256)))),
                attack("subject with NUL", Reason.CLAIM, issuer.token(claims("sub", "a\u0000"))),
                attack("ID token of Keycloak", Reason.WRONG_KIND, issuer.token(claims("typ", "ID"))),
                attack("refresh token of Keycloak", Reason.WRONG_KIND, issuer.token(claims("typ", "Refresh"))),
                attack("ID token with nonce", Reason.WRONG_KIND, issuer.token(claims("nonce", "n"))),
                attack("ID token with at_hash", Reason.WRONG_KIND, issuer.token(claims("at_hash", "h"))),
                attack("logout token", Reason.WRONG_KIND, issuer.token(claims("events", LOGOUT))),
                attack("logout token by type", Reason.WRONG_KIND, withHeader("typ", "logout+jwt")),
                attack(
                        "duplicate claim",
                        Reason.MALFORMED,
                        raw(Issuer.json(RS256), Issuer.json(claims()).replaceFirst("\\{", "{\"sub\":\"admin\","))),
                attack(
                        "duplicate header",
                        Reason.MALFORMED,
                        raw("{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"rsa\"}", Issuer.json(claims()))),
                attack(
                        "more after the claims",
                        Reason.MALFORMED,
                        raw(Issuer.json(RS256), Issuer.json(claims()) + "{}")),
                attack(
                        "deep claims",
                        Reason.MALFORMED,
                        raw(Issuer.json(RS256), "{\"a\":" + "[".repeat(500) + "]".repeat(500) + "}")),
                attack("array of claims", Reason.MALFORMED, raw(Issuer.json(RS256), "[1]")),
                attack("large", Reason.MALFORMED, issuer.token(claims("pad", "x".repeat(20_000)))),
                attack("four parts", Reason.MALFORMED, valid + ".x"),
                attack("five parts, encrypted", Reason.MALFORMED, valid + ".x.y"),
                attack("space", Reason.MALFORMED, valid + " "),
                attack("nothing", Reason.MALFORMED, ""),
                attack("API token", Reason.MALFORMED, "agyn_" + "a".repeat(44)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void attackIsRejected(String attack, Reason reason, String token) {
        assertThat(reason(token)).as(attack).isEqualTo(reason);
    }

    @Test
    void weakAndSymmetricKeysOfTheProviderAreNotUsed() throws Exception {
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("weak").generate();
        SigningKeys keys = issuer.keys(weak, issuer.ec);
        assertThat(keys.has("weak")).isFalse();
        assertThat(keys.has("ec")).isTrue();
    }

    @Test
    void idTokenNeedsTheNonceAndThisClient() throws Exception {
        Map<String, Object> claims = claims("nonce", "expected");
        claims.put("typ", "ID");
        assertThat(verifier.idToken(issuer.token(claims), "expected").text("sub"))
                .contains("f3b6");
        assertThat(idTokenReason(claims, "another")).isEqualTo(Reason.REPLAYED);
        assertThat(idTokenReason(with(claims, "azp", "other"), "expected")).isEqualTo(Reason.AUDIENCE);
        assertThat(idTokenReason(with(claims, "aud", List.of("agyn", "other")), "expected"))
                .isEqualTo(Reason.AUDIENCE);
        assertThat(idTokenReason(with(claims, "aud", "other"), "expected")).isEqualTo(Reason.AUDIENCE);
        assertThat(idTokenReason(claims(), "expected")).isEqualTo(Reason.REPLAYED);
    }

    @Test
    void logoutTokenNeedsTheEventAndNoNonce() throws Exception {
        Map<String, Object> claims = claims("events", LOGOUT);
        claims.remove("typ");
        claims.put("jti", "1");
        verifier.logoutToken(issuer.token(Map.of("alg", "RS256", "kid", "rsa", "typ", "logout+jwt"), claims));
        assertThat(logoutReason(with(claims, "nonce", "n"))).isEqualTo(Reason.WRONG_KIND);
        assertThat(logoutReason(with(claims, "events", Map.of()))).isEqualTo(Reason.WRONG_KIND);
        assertThat(logoutReason(with(claims, "jti", ""))).isEqualTo(Reason.CLAIM);
        assertThat(logoutReason(with(claims, "sub", ""))).isEqualTo(Reason.CLAIM);
        assertThat(logoutReason(with(claims, "aud", "other"))).isEqualTo(Reason.AUDIENCE);
        assertThat(logoutReason(with(claims, "exp", NOW - 61))).isEqualTo(Reason.EXPIRED);
    }

    private static Reason reason(String token) {
        InvalidJwtException error = catchThrowableOfType(InvalidJwtException.class, () -> verifier.accessToken(token));
        assertThat(error).as("rejected").isNotNull();
        if (token.length() > 100) {
            assertThat(error).hasMessageNotContaining(token.substring(token.length() - 20));
        }
        return error.reason();
    }

    private static Reason idTokenReason(Map<String, Object> claims, String nonce) {
        return catchThrowableOfType(InvalidJwtException.class, () -> verifier.idToken(issuer.token(claims), nonce))
                .reason();
    }

    private static Reason logoutReason(Map<String, Object> claims) {
        return catchThrowableOfType(InvalidJwtException.class, () -> verifier.logoutToken(issuer.token(claims)))
                .reason();
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(claims);
        changed.put(name, value);
        return changed;
    }

    private static Arguments attack(String name, Reason reason, String token) {
        return Arguments.of(name, reason, token);
    }

    private static String encode(String text) {
        return Base64URL.encode(text).toString();
    }

    private static String sign(Map<String, Object> header, Map<String, Object> claims, RSAKey key) throws Exception {
        return Issuer.sign(Issuer.json(header), Issuer.json(claims), JWSAlgorithm.RS256, new RSASSASigner(key));
    }

    private static String raw(String header, String payload) throws Exception {
        return Issuer.sign(header, payload, JWSAlgorithm.RS256, new RSASSASigner(issuer.rsa));
    }

    private static String withHeader(String name, Object value) throws Exception {
        return issuer.token(with(RS256, name, value), claims());
    }

    private static String hmac(byte[] secret) throws Exception {
        return Issuer.sign(
                Issuer.json(Map.of("alg", "HS256", "kid", "rsa")),
                Issuer.json(claims()),
                JWSAlgorithm.HS256,
                new MACSigner(secret));
    }

    /** An ECDSA signature of zeros, which faulty verifiers accept for every text (CVE-2022-21449). */
    private static String psychicSignature() throws Exception {
        return encode(Issuer.json(Map.of("alg", "ES256", "kid", "ec"))) + "." + encode(Issuer.json(claims())) + "."
                + Base64URL.encode(new byte[64]);
    }
}
