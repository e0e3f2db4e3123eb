package io.agyn.vault;

import com.fasterxml.jackson.databind.JsonNode;
import io.agyn.vault.VaultException.Kind;

/**
 * A response of a Vault server.
 *
 * @param body the JSON; a missing node if the body is empty or not JSON
 */
record VaultResponse(int status, JsonNode body) {
    boolean isOk() {
        return status == 200 || status == 204;
    }

    /** Whether the body is a Vault error, which can be an empty list. */
    boolean hasErrors() {
        return body.path("errors").isArray();
    }

    /** Whether Vault denies the request. */
    boolean isDenied() {
        return status == 403 && hasErrors();
    }

    /** A failure that no caller handles in another way. */
    VaultException failure() {
        if (status / 100 == 3) {
            return new VaultException(
                    Kind.REDIRECT,
                    "redirects (" + status
                            + "): set its address to the active server, or let standby servers forward requests.");
        }
        if (status == 429) {
            return new VaultException(
                    Kind.TOO_MANY_REQUESTS, "limits requests (429): raise its rate limit quota for this server.");
        }
        if (status == 503 && hasErrors()) {
            return new VaultException(Kind.SEALED, "is sealed or in maintenance (503): unseal it.");
        }
        if (status >= 500 || hasErrors()) {
            return new VaultException(
                    Kind.SERVER_ERROR, "failed with the status " + status + ": check its health and its log.");
        }
        return new VaultException(
                Kind.MALFORMED_RESPONSE,
                "sent a response that is not Vault's (status " + status
                        + "): check the scheme, host and port of its address, and any proxy in front of it.");
    }
}
