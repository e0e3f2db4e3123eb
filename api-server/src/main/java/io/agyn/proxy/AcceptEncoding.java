package io.agyn.proxy;

import java.util.List;
import java.util.Locale;

/**
 * Builds the {@code Accept-Encoding} (RFC 9110, section 12.5.3) that a provider gets. It keeps only the caller's
 * encodings that the proxy can read, since the proxy counts the tokens in the response.
 */
final class AcceptEncoding {
    private static final String IDENTITY = "identity";

    private AcceptEncoding() {}

    /**
     * Reduces the caller's values to gzip and identity, with their weights.
     *
     * @param values the values of the caller's fields, not empty
     * @return the value to send; identity if nothing else is left
     */
    static String reduce(List<String> values) {
        if (values.size() == 1
                && (values.getFirst().equals("gzip") || values.getFirst().equals(IDENTITY))) {
            return values.getFirst();
        }
        String gzip = null;
        String identity = null;
        String others = null;
        for (String value : values) {
            for (String member : value.split(",")) {
                int parameters = member.indexOf(';');
                String coding = (parameters < 0 ? member : member.substring(0, parameters))
                        .strip()
                        .toLowerCase(Locale.ROOT);
                switch (coding) {
                    case "gzip", "x-gzip" -> gzip = weight(member, parameters);
                    case IDENTITY -> identity = weight(member, parameters);
                    case "*" -> others = weight(member, parameters);
                    default -> {
                        // Not readable by the proxy.
                    }
                }
            }
        }
        gzip = gzip == null ? others : gzip;
        identity = identity == null ? others : identity;
        if (gzip == null || isZero(gzip)) {
            // Even if the caller rejects identity: the provider may ignore the header, and an error would help
            // nobody.
            return IDENTITY;
        }
        return identity == null ? "gzip" + gzip : "gzip" + gzip + ", " + IDENTITY + identity;
    }

    /** Returns the weight as sent, such as {@code ;q=0.5}; empty for the default of 1. */
    private static String weight(String member, int parameters) {
        if (parameters < 0) {
            return "";
        }
        for (String parameter : member.substring(parameters + 1).split(";")) {
            String stripped = parameter.strip();
            if (stripped.regionMatches(true, 0, "q=", 0, 2)
                    && stripped.substring(2).matches("[01](\\.[0-9]{0,3})?")) {
                return ";q=" + stripped.substring(2);
            }
        }
        return "";
    }

    private static boolean isZero(String weight) {
        return !weight.isEmpty() && Double.parseDouble(weight.substring(3)) == 0;
    }
}
