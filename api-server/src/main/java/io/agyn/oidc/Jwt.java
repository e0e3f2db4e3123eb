package io.agyn.oidc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.oidc.InvalidJwtException.Reason;
import java.io.IOException;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A JWT in three parts (JWS compact serialization), not verified.
 *
 * @param header the JSON of the header
 * @param payload the JSON of the claims
 * @param signed the text that is signed: header and payload in base64url
 * @param signature the signature in base64url
 */
record Jwt(JsonNode header, JsonNode payload, String signed, String signature) {
    /** Longer tokens are rejected; most servers and proxies accept no longer headers. */
    static final int MAX_LENGTH = 16 << 10;

    // In base64url, "eyJ" is the start of a JSON object.
    private static final Pattern FORMAT = Pattern.compile("eyJ[\\w-]*\\.eyJ[\\w-]*\\.[\\w-]*");
    private static final int MAX_DEPTH = 20;
    // Two claims of one name: the server and another verifier could read different ones.
    private static final ObjectMapper STRICT = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Whether a bearer token looks like a JWT. */
    static boolean isJwt(String token) {
        return token.length() <= MAX_LENGTH && FORMAT.matcher(token).matches();
    }

    /**
     * Parses a token.
     *
     * @throws InvalidJwtException if it is not a JWT, or too long
     */
    static Jwt parse(String token) throws InvalidJwtException {
        if (token.length() > MAX_LENGTH) {
            throw new InvalidJwtException(
                    Reason.MALFORMED, "The access token is longer than " + (MAX_LENGTH >> 10) + " KiB.");
        }
        if (!FORMAT.matcher(token).matches()) {
            throw malformed();
        }
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        return new Jwt(
                json(token.substring(0, first)),
                json(token.substring(first + 1, second)),
                token.substring(0, second),
                token.substring(second + 1));
    }

    private static JsonNode json(String base64) throws InvalidJwtException {
        try (JsonParser parser = STRICT.createParser(Base64.getUrlDecoder().decode(base64))) {
            JsonNode json = STRICT.readTree(parser);
            if (json == null || !json.isObject() || parser.nextToken() != null) {
                throw malformed();
            }
            return json;
        } catch (IOException | IllegalArgumentException e) {
            throw malformed();
        }
    }

    private static InvalidJwtException malformed() {
        return new InvalidJwtException(Reason.MALFORMED, "The access token is not a valid JWT.");
    }
}
