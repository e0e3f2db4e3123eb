package io.agyn.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.util.Base64URL;
import java.time.Clock;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Timeout;

/** Tokens of strangers: header, claims and signature in three lines, or a whole token in one. */
@Timeout(60)
class JwtFuzz {
    private static final JwtVerifier VERIFIER = verifier();

    @FuzzTest
    void strangersTokenIsInvalidAndNothingElse(byte[] input) {
        String text = new String(input, UTF_8);
        String[] lines = text.split("\n", 3);
        String token = lines.length == 3
                ? Base64URL.encode(lines[0]) + "." + Base64URL.encode(lines[1]) + "." + Base64URL.encode(lines[2])
                : text;
        assertThatThrownBy(() -> VERIFIER.accessToken(token)).isInstanceOf(InvalidJwtException.class);
        assertThatThrownBy(() -> VERIFIER.idToken(token, "nonce")).isInstanceOf(InvalidJwtException.class);
        assertThatThrownBy(() -> VERIFIER.logoutToken(token)).isInstanceOf(InvalidJwtException.class);
    }

    private static JwtVerifier verifier() {
        try {
            return new JwtVerifier(Issuer.config(), new Issuer().source(), Clock.fixed(Issuer.NOW, ZoneOffset.UTC));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
