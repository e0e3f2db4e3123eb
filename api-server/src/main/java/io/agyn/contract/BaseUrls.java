package io.agyn.contract;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks base URLs of other servers beyond the contract's pattern. */
public final class BaseUrls {
    private static final int MAX_PORT = 65_535;
    private static final Pattern PORT = Pattern.compile("^https?://[^/]*:([0-9]+)(/.*)?$");
    private static final Pattern IN_BRACKETS = Pattern.compile("^https?://(\\[[^/]*]).*$");
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private BaseUrls() {}

    /**
     * Adds the violations of a URL that matches the contract's pattern.
     *
     * @param pointer the field, as a JSON pointer
     */
    public static void check(String url, String pointer, Violations violations) {
        Matcher port = PORT.matcher(url);
        if (port.matches() && (Integer.parseInt(port.group(1)) < 1 || Integer.parseInt(port.group(1)) > MAX_PORT)) {
            violations.at(pointer, "The port must be from 1 to 65535.");
        }
        Matcher inBrackets = IN_BRACKETS.matcher(url);
        if (inBrackets.matches() && !isIpv6(inBrackets.group(1))) {
            violations.at(pointer, "Only an IPv6 address may be in brackets, such as [::1].");
        }
        if (BROKEN_ESCAPE.matcher(url).find()) {
            violations.at(pointer, "Write a percent sign in the path as %25.");
        }
    }

    private static boolean isIpv6(String bracketed) {
        try {
            new URI("http", bracketed, null, null);
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
