package io.agyn.proxy.forwarding;

import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The permits of a call among the concurrent ones with its API token, and of its organization. */
final class CallPermits {
    private final ProxyContext proxy;
    // Null without permits.
    private @Nullable UUID tokenId;
    private @Nullable UUID organizationId;

    CallPermits(ProxyContext proxy) {
        this.proxy = proxy;
    }

    /** Takes both permits; otherwise returns the error. */
    @Nullable
    ProxyError take(UUID token, UUID organization) {
        if (!proxy.shared().tokenCalls().tryAcquire(token)) {
            return tooManyCalls("with this API token");
        }
        if (!proxy.shared().organizationCalls().tryAcquire(organization)) {
            proxy.shared().tokenCalls().release(token);
            return tooManyCalls("of this organization");
        }
        tokenId = token;
        organizationId = organization;
        return null;
    }

    private static ProxyError tooManyCalls(String which) {
        return ProxyError.of(
                Kind.TOO_MANY_CALLS, "The limit for concurrent calls " + which + " is reached; try again soon.");
    }

    /** Releases the permits, if they were taken. */
    void release() {
        if (tokenId != null) {
            proxy.shared().tokenCalls().release(tokenId);
        }
        if (organizationId != null) {
            proxy.shared().organizationCalls().release(organizationId);
        }
    }
}
