package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The user that a verified token is about.
 *
 * @param issuer the issuer
 * @param subject the user's id at the issuer
 * @param username the username at the issuer, in any characters
 * @param email the email, if the issuer has verified it
 * @param name the name
 * @param groups the groups; none without the claim, since providers omit an empty list. Empty if there are too many for
 *     the token (Entra ID)
 * @param issuedAt when the token was issued; now for a token that does not say it
 * @param expiresAt when the token expires
 */
public record Profile(
        String issuer,
        String subject,
        Optional<String> username,
        Optional<String> email,
        Optional<String> name,
        Optional<Set<String>> groups,
        Instant issuedAt,
        Instant expiresAt) {
    // The limits of the columns.
    private static final int MAX_EMAIL_LENGTH = 254;
    private static final int MAX_NAME_LENGTH = 128;
    private static final int MAX_GROUPS = 1_000;
    // As in the contract.
    private static final Pattern EMAIL = Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
            + "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

    public Profile {
        requireNonNull(issuer, "issuer is null");
        requireNonNull(subject, "subject is null");
    }

    /** Reads the claims of a verified token with {@code iss}, {@code sub} and {@code exp}. */
    static Profile of(Claims claims, OidcConfig config) {
        OidcConfig.ClaimNames names = config.claims();
        return new Profile(
                claims.text("iss").orElseThrow(),
                claims.text("sub").orElseThrow(),
                claims.text(names.username()),
                claims.text(names.email())
                        .map(String::strip)
                        .filter(email -> claims.isTrue("email_verified") && isEmail(email)),
                claims.text(names.name()).map(Profile::name).filter(name -> !name.isEmpty()),
                isOverage(claims, names.groups())
                        ? Optional.empty()
                        : Optional.of(claims.texts(names.groups()).stream()
                                .limit(MAX_GROUPS)
                                .collect(Collectors.toUnmodifiableSet())),
                claims.time("iat").orElseGet(Instant::now),
                claims.time("exp").orElseThrow());
    }

    /** A name for the user: the first of name, username, email and subject that the token has. */
    String displayName() {
        return name(name.or(() -> username).or(() -> email).orElse(subject));
    }

    /** Texts to derive a username from, the best first. */
    List<String> usernames() {
        return Stream.concat(
                        Stream.concat(username.stream(), email.stream()).map(text -> text.replaceFirst("@.*$", "")),
                        Stream.of(displayName()))
                .toList();
    }

    /** Whether the token links to the groups instead of listing them. */
    private static boolean isOverage(Claims claims, String groups) {
        return !claims.has(groups) && (claims.object("_claim_names").has(groups) || claims.has("hasgroups"));
    }

    private static String name(String text) {
        String printable = text.replaceAll("[\\x00-\\x1F\\x7F-\\x9F]", " ").strip();
        return printable.codePointCount(0, printable.length()) <= MAX_NAME_LENGTH
                ? printable
                : printable
                        .substring(0, printable.offsetByCodePoints(0, MAX_NAME_LENGTH))
                        .strip();
    }

    private static boolean isEmail(String text) {
        return text.length() <= MAX_EMAIL_LENGTH && EMAIL.matcher(text).matches();
    }
}
