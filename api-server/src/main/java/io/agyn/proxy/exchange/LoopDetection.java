package io.agyn.proxy.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Detects calls that return to this deployment, by the header {@code CDN-Loop} (RFC 8586): each deployment adds its
 * id, and rejects calls that already carry it. A chain of different deployments is allowed. Ids of others, such as
 * CDNs in front of the server, are dropped, since a provider's CDN could mistake them for its loops.
 */
public final class LoopDetection {
    public static final CharSequence HEADER = HttpHeaders.createOptimized("cdn-loop");

    /** The most deployments that a call may pass. */
    static final int MAX_CHAIN = 8;

    private static final String MARK = "agyn-";

    private final String id;

    /** @param deployment the deployment's unique id: letters, digits and hyphens */
    public LoopDetection(String deployment) {
        this.id = MARK + deployment.toLowerCase(Locale.ROOT);
    }

    /** Whether a call was here before, or has passed too many deployments. */
    public boolean isLoop(MultiMap headers) {
        if (!headers.contains(HEADER)) {
            return false;
        }
        Collection<String> passed = passed(headers);
        return passed.contains(id) || passed.size() >= MAX_CHAIN;
    }

    /** Returns the header's value for the provider. */
    public String next(MultiMap headers) {
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
                // Parameters are dropped.
                .map(info -> info.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .filter(cdn -> cdn.startsWith(MARK))
                .toList();
    }
}
