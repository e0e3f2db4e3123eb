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
    private String csrf;

    /** Makes one up. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    void use(String secret) {
        this.secret = secret;
        this.csrf = null;
    }

    String secret() {
        return secret;
    }

    /**
     * What the hidden field {@code csrf} of each form holds, which pages of other sites cannot know. It is another one on each
     * page: how long a page is once it is zipped tells nothing of it then, whatever it is asked with (BREACH).
     */
    public String csrf() {
        if (csrf == null) {
            csrf = csrf(random());
        }
        return csrf;
    }

    private String csrf(String salt) {
        byte[] hash = hash("csrf " + salt + " " + secret);
        return salt + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    /**
     * Refuses a form that this session has not been shown.
     *
     * @throws ProblemException {@code forbidden}
     */
    public void requireCsrf(String sent) {
        String shown = csrf(sent.split("\\.", 2)[0]);
        if (!MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8))) {
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
