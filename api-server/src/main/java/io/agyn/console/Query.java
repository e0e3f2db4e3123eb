package io.agyn.console;

import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a page's address says behind its path: its state, which its links and forms keep. */
public final class Query {
    private final Map<String, String> values;

    private Query(Map<String, String> values) {
        this.values = values;
    }

    /**
     * What an address says.
     *
     * @param names what a page takes, in the order in which its links have it; anything else is passed by
     */
    public static Query of(RoutingContext context, List<String> names) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : names) {
            String value = context.queryParams().get(name);
            if (value != null && !value.isBlank()) {
                values.put(name, value.strip());
            }
        }
        return new Query(values);
    }

    /** What stands under a name; empty where nothing does. */
    public String text(String name) {
        return values.getOrDefault(name, "");
    }

    /** What stands under a name; null where nothing does. */
    public String optional(String name) {
        return values.get(name);
    }

    /** Whether nothing stands under any name. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** Whether something stands under a name. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The same with something else under a name. */
    public Query with(String name, Object value) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.put(name, value.toString());
        return new Query(changed);
    }

    /** The same with nothing under a name. */
    public Query without(String name) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.remove(name);
        return new Query(changed);
    }

    /** As it stands in an address behind the path; empty where there is nothing. */
    @Override
    public String toString() {
        return values.isEmpty()
                ? ""
                : values.entrySet().stream()
                        .map(entry ->
                                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", ""));
    }
}
