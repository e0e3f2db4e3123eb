package io.agyn.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Recognizes calls that come back, by the header {@code CDN-Loop} (RFC 8586): each deployment adds its id, and a call that
 * has the id is refused. A chain of deployments passes. Ids of others, such as CDNs in front of the server, are not passed
 * on, since a provider's CDN could take them for its own.
 */
final class LoopDetection {
    static final CharSequence HEADER = HttpHeaders.createOptimized("cdn-loop");

    /** How many deployments a call may pass. */
    static final int LONGEST_CHAIN = 8;

    private static final String MARK = "agyn-";

    private final String id;

    /**
     * Creates a detection.
     *
     * @param deployment what tells this deployment from others: letters, digits and hyphens
     */
    LoopDetection(String deployment) {
        this.id = MARK + deployment.toLowerCase(Locale.ROOT);
    }

    /** Whether a call was here before, or has passed too many deployments. */
    boolean isLoop(MultiMap headers) {
        if (!headers.contains(HEADER)) {
            return false;
        }
        Collection<String> passed = passed(headers);
        return passed.contains(id) || passed.size() >= LONGEST_CHAIN;
    }

    /** The header's value for the provider. */
    String next(MultiMap headers) {
        if (!headers.contains(HEADER)) {
            return id;
        }
        List<String> ids = new ArrayList<>(passed(headers));
        ids.add(id);
        return String.join(", ", ids);
    }

    private static List<String> passed(MultiMap headers) {
        return headers.getAll(HEADER).stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                // Without parameters.
                .map(info -> info.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .filter(cdn -> cdn.startsWith(MARK))
                .toList();
    }
}
