package io.agyn.console.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session's id, as the browser's cookie holds it. Each turn of the session has another one, of the same secret. What a
 * turn's proof is follows from the secret and the session's salt, so that all requests that come at once are given the same.
 *
 * @param secret 256 random bits. Who has not signed in has them too: they protect the sign-in's form
 * @param turn the number of the turn
 * @param proof that the server has given this id; empty for who has not signed in
 */
record SessionId(String secret, int turn, String proof) {
    private static final Pattern COOKIE = Pattern.compile("([\\w-]{43})(?:\\.(\\d{1,2})\\.([\\w-]{43}))?");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    /** The id of somebody who has not signed in. */
    static SessionId fresh() {
        return ofNobody(random());
    }

    private static SessionId ofNobody(String secret) {
        return new SessionId(secret, 0, "");
    }

    /** What a cookie holds; nothing where that is none of ours. */
    static Optional<SessionId> parse(String cookie) {
        Matcher matcher = COOKIE.matcher(cookie);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                matcher.group(2) == null
                        ? ofNobody(matcher.group(1))
                        : new SessionId(matcher.group(1), Integer.parseInt(matcher.group(2)), matcher.group(3)));
    }

    /** 256 random bits as text. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return text(bytes);
    }

    /** Whether it was given to somebody who has signed in. */
    boolean isSignedIn() {
        return !proof.isEmpty();
    }

    /** What stays of it when the session is over. */
    SessionId signedOut() {
        return ofNobody(secret);
    }

    /** The id of another turn. */
    SessionId at(int other, String salt) {
        return new SessionId(secret, other, text(hash("proof " + other + " " + salt + " " + secret)));
    }

    /** Whether the server has given it. */
    boolean isGivenBy(String salt) {
        return isEqual(at(turn, salt).proof, proof);
    }

    /** What the database knows the session by. */
    byte[] key() {
        return hash(secret);
    }

    /** Proves that a page was made for this session. */
    String csrf(String pageSalt) {
        return pageSalt + "." + text(hash("csrf " + pageSalt + " " + secret));
    }

    /** Whether a page that was made for this session holds this. */
    boolean hasShown(String csrf) {
        return isEqual(csrf(csrf.split("\\.", 2)[0]), csrf);
    }

    @Override
    public String toString() {
        return isSignedIn() ? secret + "." + turn + "." + proof : secret;
    }

    private static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
