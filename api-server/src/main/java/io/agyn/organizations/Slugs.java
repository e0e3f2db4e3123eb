package io.agyn.organizations;

import java.text.Normalizer;
import java.util.Locale;

/** Derives slugs, which are DNS labels (RFC 1123), from names. */
final class Slugs {
    private static final int MAX_LENGTH = 63;

    private Slugs() {}

    /**
     * Returns the slug for a name, such as {@code acme-gmbh} for {@code Acme GmbH}, or {@code organization} for a
     * name without Latin letters or digits.
     */
    static String from(String name) {
        String slug = Normalizer.normalize(name, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}+", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-+", "");
        slug = truncate(slug, MAX_LENGTH);
        return slug.isEmpty() ? "organization" : slug;
    }

    /** Appends a number to a slug; the result is still a DNS label. */
    static String numbered(String slug, int number) {
        String suffix = "-" + number;
        return truncate(slug, MAX_LENGTH - suffix.length()) + suffix;
    }

    private static String truncate(String slug, int length) {
        return slug.substring(0, Math.min(slug.length(), length)).replaceAll("-+$", "");
    }
}
