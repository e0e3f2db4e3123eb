package io.agyn.vault;

import com.fasterxml.jackson.databind.JsonNode;
import io.agyn.vault.VaultException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A value of a KV secrets engine.
 *
 * @param version the version in KV v2; null in KV v1, which is unversioned
 */
public record VaultValue(String value, @Nullable Long version) {

    /**
     * Takes a value from the response to a read. KV v2 wraps the secret: {@code {"data": {"data": {…}, "metadata":
     * {"version": 1}}}}; in KV v1 it is {@code {"data": {…}}}.
     */
    static VaultValue of(VaultResponse response, String path, String key) throws VaultException {
        return switch (response.status()) {
            case 200 -> value(response, path, key);
            case 403 -> throw denied(response, path);
            case 404 -> throw notFound(response, path);
            default -> throw response.failure();
        };
    }

    private static VaultValue value(VaultResponse response, String path, String key) throws VaultException {
        JsonNode data = response.body().path("data");
        if (!data.isObject()) {
            throw response.failure();
        }
        if (!response.body().path("lease_id").asText().isEmpty()) {
            throw VaultException.dynamicSecret(path);
        }
        JsonNode version = data.path("metadata").path("version");
        boolean isV2 = data.path("data").isObject() && version.isIntegralNumber();
        JsonNode value = (isV2 ? data.path("data") : data).path(key);
        if (value.isMissingNode()) {
            throw new VaultException(
                    Kind.KEY_NOT_FOUND, "has no key \"" + key + "\" at " + path + ": check remote_key.");
        }
        if (!value.isTextual()) {
            throw new VaultException(
                    Kind.NOT_A_STRING,
                    "has a value of \"" + key + "\" at " + path + " that is not a string: write it as a string.");
        }
        return new VaultValue(value.textValue(), isV2 ? version.longValue() : null);
    }

    private static VaultException denied(VaultResponse response, String path) {
        return response.hasErrors()
                ? new VaultException(
                        Kind.DENIED,
                        "does not allow its credential to read " + path
                                + ": add a policy with the capability read on this"
                                + " path, and check the path, which has data after the mount in KV v2.")
                : response.failure();
    }

    /** Requires Vault's JSON, since a load balancer's 404 must not end the use of a value. */
    private static VaultException notFound(VaultResponse response, String path) {
        if (response.body().path("data").path("metadata").isObject()) {
            return new VaultException(
                    Kind.PATH_NOT_FOUND,
                    "has deleted the latest version of " + path + ": write a new version, or undelete it.");
        }
        if (!response.body().path("warnings").isEmpty()) {
            // The only warning of a 404 is that of KV v2 about a path without "data".
            return new VaultException(
                    Kind.PATH_NOT_FOUND,
                    "has no secret at " + path
                            + ", whose mount is KV v2: insert data after the mount in remote_path, as in kv/data/openai.");
        }
        if (!response.hasErrors()) {
            return response.failure();
        }
        return response.body().path("errors").isEmpty()
                ? new VaultException(Kind.PATH_NOT_FOUND, "has no secret at " + path + ": check remote_path.")
                : new VaultException(
                        Kind.PATH_NOT_FOUND,
                        "has no secrets engine for " + path + ": check the mount in remote_path, and the namespace.");
    }

    /** Leaves out the value. */
    @Override
    public String toString() {
        return version == null ? "a value" : "version " + version;
    }
}
