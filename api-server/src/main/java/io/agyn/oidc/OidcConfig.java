package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import io.agyn.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The identity provider as configured by {@code AGYN_OIDC_*}.
 *
 * @param issuer the issuer, exactly as tokens have it in {@code iss}
 * @param clientId the server's client id
 * @param clientSecret the client's secret; empty for a public client
 * @param audience the audience of access tokens
 * @param scopes the scopes to request, separated by spaces
 * @param claims the names of claims
 * @param displayName the provider's name for users
 * @param adminEmails verified emails of cluster admins, in lower case
 * @param adminGroup the group of cluster admins
 * @param certificates PEM certificates to trust
 * @param allowsHttp whether http URLs are allowed
 */
public record OidcConfig(
        String issuer,
        String clientId,
        Optional<String> clientSecret,
        String audience,
        String scopes,
        ClaimNames claims,
        String displayName,
        Set<String> adminEmails,
        Optional<String> adminGroup,
        Optional<String> certificates,
        boolean allowsHttp) {
    private static final int MAX_SECRET_BYTES = 4 << 10;

    /** The names of the claims about a user. */
    public record ClaimNames(String username, String email, String name, String groups) {}

    public OidcConfig {
        requireNonNull(issuer, "issuer is null");
        requireNonNull(clientId, "clientId is null");
        requireNonNull(clientSecret, "clientSecret is null");
        adminEmails = Set.copyOf(adminEmails);
    }

    /**
     * Reads the settings and their files.
     *
     * @return the configuration; empty if no identity provider is configured
     * @throws OperatorException with one sentence if the settings do not fit together or a file cannot be read
     */
    public static Optional<OidcConfig> read(Settings settings) {
        Settings.Oidc oidc = settings.oidc();
        Optional<String> issuer = text(oidc.issuer());
        if (issuer.isEmpty()) {
            requireNothingElse(oidc);
            return Optional.empty();
        }
        String clientId = text(oidc.clientId())
                .orElseThrow(() -> new OperatorException(
                        "AGYN_OIDC_ISSUER is set without AGYN_OIDC_CLIENT_ID: set it to the id of this server's client at"
                                + " the identity provider, or remove AGYN_OIDC_ISSUER."));
        URI uri = uri(issuer.get());
        if (uri.getScheme().equalsIgnoreCase("http") && !oidc.allowHttp()) {
            throw new OperatorException("AGYN_OIDC_ISSUER is \"" + issuer.get()
                    + "\", whose connection could be read and changed by others: use an https URL, or set"
                    + " AGYN_OIDC_ALLOW_HTTP=on for a test on one machine.");
        }
        return Optional.of(new OidcConfig(
                issuer.get(),
                clientId,
                oidc.clientSecretFile().map(OidcConfig::secret),
                text(oidc.audience()).orElse(clientId),
                oidc.scopes(),
                new ClaimNames(oidc.usernameClaim(), oidc.emailClaim(), oidc.nameClaim(), oidc.groupsClaim()),
                text(oidc.displayName()).orElse(uri.getHost()),
                emails(oidc.clusterAdmins()),
                text(oidc.clusterAdminGroup()),
                oidc.caFile().map(file -> read("AGYN_OIDC_CA_FILE", file)),
                oidc.allowHttp()));
    }

    /** Does not contain the secret. */
    @Override
    public String toString() {
        return issuer + " as " + clientId;
    }

    private static URI uri(String issuer) {
        try {
            URI uri = URI.create(issuer);
            if (uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // As without a host.
        }
        throw new OperatorException("AGYN_OIDC_ISSUER is \"" + issuer
                + "\", which is not a URL with a host: correct it, or remove it to use sign-in with API tokens only.");
    }

    private static void requireNothingElse(Settings.Oidc oidc) {
        Map<String, Boolean> others = Map.of(
                "AGYN_OIDC_CLIENT_ID", text(oidc.clientId()).isPresent(),
                "AGYN_OIDC_CLIENT_SECRET_FILE", oidc.clientSecretFile().isPresent(),
                "AGYN_OIDC_AUDIENCE", text(oidc.audience()).isPresent(),
                "AGYN_OIDC_CLUSTER_ADMINS", text(oidc.clusterAdmins()).isPresent(),
                "AGYN_OIDC_CLUSTER_ADMIN_GROUP", text(oidc.clusterAdminGroup()).isPresent(),
                "AGYN_OIDC_CA_FILE", oidc.caFile().isPresent());
        others.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst()
                .ifPresent(variable -> {
                    throw new OperatorException(variable
                            + " is set without AGYN_OIDC_ISSUER: set the issuer of the identity provider, or remove "
                            + variable + ".");
                });
    }

    private static String secret(Path file) {
        String secret = read("AGYN_OIDC_CLIENT_SECRET_FILE", file).strip();
        if (secret.isEmpty() || secret.length() > MAX_SECRET_BYTES) {
            throw new OperatorException("AGYN_OIDC_CLIENT_SECRET_FILE is " + file + ", which "
                    + (secret.isEmpty() ? "is empty" : "is too long for a client secret")
                    + ": write the client's secret into it, or remove the setting for a public client.");
        }
        return secret;
    }

    private static String read(String variable, Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new OperatorException(
                    variable + " is " + file + ", which cannot be read (" + OperatorException.reason(e)
                            + "): correct it, or remove it.",
                    e);
        }
    }

    private static Set<String> emails(Optional<String> list) {
        return list.stream()
                .flatMap(emails -> Stream.of(emails.split(",")))
                .map(email -> email.strip().toLowerCase(Locale.ROOT))
                .filter(email -> !email.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<String> text(Optional<String> value) {
        return value.map(String::strip).filter(text -> !text.isEmpty());
    }
}
