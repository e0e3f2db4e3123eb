package io.agyn.vault;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.agyn.vault.VaultConfig.AppRole;
import io.agyn.vault.VaultException.Kind;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The requests for tokens at a Vault server. It blocks. */
final class TokenApi {
    private static final String SELF = "auth/token/";

    private final VaultConnection connection;

    TokenApi(VaultConnection connection) {
        this.connection = requireNonNull(connection, "connection is null");
    }

    Lease login(AppRole role, Deadline deadline) throws VaultException {
        long since = System.nanoTime();
        VaultResponse response = connection.post(
                "auth/" + role.mount() + "/login",
                null,
                Map.of("role_id", role.roleId(), "secret_id", role.secretId()),
                deadline);
        Optional<Lease> lease = lease(response, since);
        if (lease.isPresent()) {
            return lease.get();
        }
        throw switch (response.hasErrors() ? response.status() : 0) {
            case 400 ->
                new VaultException(
                        Kind.LOGIN_DENIED,
                        "rejects the AppRole login (400): check role_id and secret_id; a secret_id can expire, and can be"
                                + " limited in its uses and in its addresses.");
            case 403, 404 ->
                new VaultException(
                        Kind.LOGIN_DENIED,
                        "does not allow an AppRole login at " + role.mount() + " (" + response.status()
                                + "): check approle_mount and the namespace.");
            default -> response.failure();
        };
    }

    /** Looks a token up; empty if that is denied, because the token is invalid or no policy allows it. */
    Optional<Lease> lookup(String token, Deadline deadline) throws VaultException {
        long since = System.nanoTime();
        VaultResponse response = connection.get(SELF + "lookup-self", token, deadline);
        if (response.isDenied()) {
            return Optional.empty();
        }
        if (response.status() == 404 && response.hasErrors()) {
            throw new VaultException(Kind.LOGIN_DENIED, "has no such namespace: check the namespace.");
        }
        JsonNode data = response.body().path("data");
        if (!response.isOk() || !data.isObject()) {
            throw response.failure();
        }
        return Optional.of(new Lease(
                token,
                Duration.ofSeconds(data.path("ttl").asLong()),
                data.path("renewable").asBoolean(),
                true,
                since));
    }

    /** Renews a token; empty if the server rejects that. Past the maximum time of a token, the status is 500. */
    Optional<Lease> renew(Lease current, Deadline deadline) throws VaultException {
        long since = System.nanoTime();
        VaultResponse response = connection.post(SELF + "renew-self", current.token(), Map.of(), deadline);
        Optional<Lease> renewed = lease(response, since);
        if (renewed.isEmpty()) {
            VaultException failure = response.failure();
            if (!response.hasErrors() || failure.kind() != Kind.SERVER_ERROR) {
                throw failure;
            }
        }
        return renewed;
    }

    void revoke(Lease lease, Deadline deadline) throws VaultException {
        connection.post(SELF + "revoke-self", lease.token(), Map.of(), deadline);
    }

    /** Takes the token from the response to a login or a renewal; empty if it has none. */
    private static Optional<Lease> lease(VaultResponse response, long since) {
        JsonNode auth = response.body().path("auth");
        if (!response.isOk() || !auth.path("client_token").isTextual()) {
            return Optional.empty();
        }
        return Optional.of(new Lease(
                auth.path("client_token").textValue(),
                Duration.ofSeconds(auth.path("lease_duration").asLong()),
                auth.path("renewable").asBoolean(),
                true,
                since));
    }
}
