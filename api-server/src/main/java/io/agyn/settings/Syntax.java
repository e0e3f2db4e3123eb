package io.agyn.settings;

import io.agyn.database.DatabaseUrl;
import io.agyn.headers.HeaderNames;
import java.nio.file.InvalidPathException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The syntaxes of settings. */
enum Syntax {
    /** A number, duration, size, enum or path, depending on the setting's type. */
    BY_TYPE("", value -> true),
    TEXT("a text", value -> true),
    ADDRESS("an address of this machine", value -> !value.isBlank()),
    PORT("a port number", value -> true),
    FOLDER("a folder", value -> isPath(value) && !value.isBlank()),
    FILE("a file", Syntax::isPath),
    DAYS("a number of days", value -> value.matches("[0-9]{1,4}[dD]")),
    RANGES("addresses and ranges such as 10.0.0.0/8, with commas between", Syntax::areRanges),
    HEADER_NAMES(
            "header names such as x-internal-user or x-internal-*, with commas between",
            value -> HeaderNames.entries(value).stream().allMatch(HeaderNames::isEntry)),
    URL(
            "a URL such as http://collector:4318",
            value -> value.isBlank() || value.matches("https?://[^/?#@\\s]+(/[^?#\\s]*)?")),

    HTTP_URL(
            "an https URL without query, such as https://login.example.com/realms/acme",
            value -> value.isBlank() || value.matches("https?://[^/?#@\\s]+(/[^?#\\s]*)?")),
    SCOPES(
            "scopes with openid and spaces between, such as openid profile email",
            value -> value.matches("[!#-\\[\\]-~]+( [!#-\\[\\]-~]+)*")
                    && Stream.of(value.split(" ")).anyMatch("openid"::equals)),
    CLAIM("the name of a claim", value -> value.matches("[!-~]{1,200}")),

    /** May contain a secret, like the next ones. */
    PASSPHRASE(
            "",
            value -> value.isEmpty() || value.length() >= SettingsReader.MIN_PASSPHRASE_LENGTH,
            "has fewer than " + SettingsReader.MIN_PASSPHRASE_LENGTH
                    + " characters: set the passphrase that the keyset is"
                    + " locked with, or remove it to use none."),
    DATABASE_URL(
            "",
            value -> value.isBlank() || DatabaseUrl.isValid(value),
            "is not a PostgreSQL URL: write it as postgresql://host:5432/database or as"
                    + " jdbc:postgresql://host:5432/database, or remove it to use the embedded PostgreSQL. Set user"
                    + " and password in AGYN_DATABASE_USERNAME and AGYN_DATABASE_PASSWORD, or percent-encode them"
                    + " in the URL (# is %23, / is %2F, ? is %3F, @ is %40)."),
    HTTP_PROXY_URL(
            "",
            value -> value.isBlank() || HttpProxyUrl.isValid(value),
            "is not a URL of an HTTP proxy: write it as http://host:port or as"
                    + " http://user:password@host:port, or remove it to use none.");

    private final String expected;
    private final Predicate<String> accepts;
    private final String secretError;

    Syntax(String expected, Predicate<String> accepts) {
        this(expected, accepts, "");
    }

    Syntax(String expected, Predicate<String> accepts, String secretError) {
        this.expected = expected;
        this.accepts = accepts;
        this.secretError = secretError;
    }

    /** Describes valid values, for "… is not {expected}". */
    String expected() {
        return expected;
    }

    boolean accepts(String value) {
        return accepts.test(value);
    }

    /** The error after the variable's name, if it must not contain the value; else empty. */
    String secretError() {
        return secretError;
    }

    static boolean isPath(String value) {
        try {
            new PathConverter().convert(value);
            return true;
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean areRanges(String value) {
        try {
            Stream.of(value.split(","))
                    .map(String::strip)
                    .filter(range -> !range.isEmpty())
                    .forEach(CidrBlock::parse);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
