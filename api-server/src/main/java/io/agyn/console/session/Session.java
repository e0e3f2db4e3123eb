package io.agyn.console.session;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.enterprise.context.RequestScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** What the browser's cookie holds: 256 random bits, known to nobody else. Before a sign-in it only protects its form. */
@RequestScoped
public class Session {
    static final String COOKIE = "agyn_session";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    private String secret;

    /** Makes one up. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    void use(String secret) {
        this.secret = secret;
    }

    String secret() {
        return secret;
    }

    /** What the hidden field {@code csrf} of each form holds, which pages of other sites cannot know. */
    public String csrf() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash("csrf " + secret));
    }

    /**
     * Refuses a form that this session has not been shown.
     *
     * @throws ProblemException {@code forbidden}
     */
    public void requireCsrf(String sent) {
        if (!MessageDigest.isEqual(csrf().getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8))) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN,
                    "The form is another session's: nothing was changed. Load its page again, then send it once more.");
        }
    }

    static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
