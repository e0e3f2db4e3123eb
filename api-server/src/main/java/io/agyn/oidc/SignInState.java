package io.agyn.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.agyn.hash.Sha256;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sign-in that has begun. It is kept in a cookie, so that only the browser that began it can complete it, on any server.
 *
 * @param state the parameter of the authorization request; random
 * @param nonce the nonce of the ID token; random
 * @param verifier the code verifier of PKCE; random
 * @param isFresh whether the user must have authenticated just now
 * @param next the page to show afterwards
 */
public record SignInState(String state, String nonce, String verifier, boolean isFresh, String next) {
    private static final Pattern FORMAT =
            Pattern.compile("([\\w-]{43})\\.([\\w-]{43})\\.([\\w-]{43})\\.([fn])\\.([\\w-]*)");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;
    private static final int NAME_LENGTH = 8;

    public SignInState {
        requireNonNull(state, "state is null");
        requireNonNull(nonce, "nonce is null");
        requireNonNull(verifier, "verifier is null");
        requireNonNull(next, "next is null");
    }

    static SignInState begin(boolean isFresh, String next) {
        return new SignInState(random(), random(), random(), isFresh, next);
    }

    /** Parses a cookie's value; empty if it is malformed or belongs to another state. */
    public static Optional<SignInState> parse(String cookie, String state) {
        Matcher matcher = FORMAT.matcher(cookie);
        if (!matcher.matches() || !MessageDigest.isEqual(matcher.group(1).getBytes(UTF_8), state.getBytes(UTF_8))) {
            return Optional.empty();
        }
        return Optional.of(new SignInState(
                matcher.group(1),
                matcher.group(2),
                matcher.group(3),
                matcher.group(4).equals("f"),
                new String(Base64.getUrlDecoder().decode(matcher.group(5)), UTF_8)));
    }

    /** The end of the cookie's name, so that sign-ins in several tabs do not disturb each other. */
    public static String cookieSuffix(String state) {
        String characters = state.replaceAll("[^\\w-]", "");
        return characters.substring(0, Math.min(NAME_LENGTH, characters.length()));
    }

    /** The value of the cookie. */
    public String cookie() {
        return String.join(".", state, nonce, verifier, isFresh ? "f" : "n", text(next.getBytes(UTF_8)));
    }

    /** The code challenge of PKCE (S256). */
    String challenge() {
        return text(Sha256.of(verifier));
    }

    /** Does not contain the secrets. */
    @Override
    public String toString() {
        return "sign-in before " + next;
    }

    private static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return text(bytes);
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
