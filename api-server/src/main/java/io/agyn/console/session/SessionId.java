package io.agyn.console.session;

import io.agyn.hash.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of the session cookie.
 *
 * @param secret 256 random bits in base64url
 * @param isAnonymous whether its holder has not signed in: the id then protects only the sign-in form
 */
public record SessionId(String secret, boolean isAnonymous) {
    private static final String ANONYMOUS = "anonymous.";
    private static final Pattern COOKIE = Pattern.compile("(anonymous\\.)?([\\w-]{43})");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    /** Creates an id for an anonymous visitor. */
    public static SessionId anonymous() {
        return new SessionId(random(), true);
    }

    /** A new id for a visitor who signs in. */
    static SessionId create() {
        return new SessionId(random(), false);
    }

    /** Reads a cookie's value; empty if the format is invalid. */
    public static Optional<SessionId> parse(String cookie) {
        Matcher matcher = COOKIE.matcher(cookie);
        return matcher.matches()
                ? Optional.of(new SessionId(matcher.group(2), matcher.group(1) != null))
                : Optional.empty();
    }

    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return text(bytes);
    }

    /**
     * The id of the same browser after its session has ended. It keeps the secret, so that a sign-in form in another tab stays
     * valid.
     */
    public SessionId asAnonymous() {
        return new SessionId(secret, true);
    }

    /** The session's key in the database. It does not reveal the cookie. */
    byte[] hash() {
        return Sha256.of(secret);
    }

    /**
     * A CSRF token for this session.
     *
     * @param salt random text that makes each page's token different
     */
    String csrf(String salt) {
        return salt + "." + text(Sha256.of("csrf " + salt + " " + secret));
    }

    boolean hasIssued(String csrf) {
        String expected = csrf(csrf.split("\\.", 2)[0]);
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), csrf.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return isAnonymous ? ANONYMOUS + secret : secret;
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
