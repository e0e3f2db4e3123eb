package io.agyn.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * Passes by which this server calls a model for somebody whose API token it does not have. One stands for their identity
 * once, within seconds, at this process's LLM Proxy alone; nothing else takes it for a credential.
 */
@Singleton
public class Passes {
    private static final String MARK = "agyn-pass-";
    private static final int BYTES = 32;
    private static final Duration LIFETIME = Duration.ofSeconds(10);
    private static final int MOST = 10_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    // Nobody learns a pass from how long a look-up takes: it is 256 random bits, and gone once it is found.
    private final Cache<String, Identity> issued =
            Caffeine.newBuilder().expireAfterWrite(LIFETIME).maximumSize(MOST).build();

    /** A pass for an identity that was just found to be valid. */
    public String issue(Identity identity) {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        String pass = MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        issued.put(pass, identity);
        return pass;
    }

    /** Whether what a caller sent means to be a pass. */
    public static boolean isPass(String credential) {
        return credential.startsWith(MARK);
    }

    /** Whom a pass stands for; nothing where it is none, too old, or was used. */
    public Optional<Identity> use(String pass) {
        return Optional.ofNullable(issued.asMap().remove(pass));
    }
}
