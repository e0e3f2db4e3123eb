package io.agyn.vault;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A Vault server, and how to authenticate there.
 *
 * @param address the URL, http or https
 * @param namespace the namespace of all paths, of the auth method's too
 * @param caCertificate PEM certificates to trust in addition to the JDK's and those of {@code AGYN_EXTRA_CA_FILE}
 */
public record VaultConfig(String address, Optional<String> namespace, Optional<String> caCertificate, Auth auth) {

    public VaultConfig {
        requireNonNull(address, "address is null");
        requireNonNull(namespace, "namespace is null");
        requireNonNull(caCertificate, "caCertificate is null");
        requireNonNull(auth, "auth is null");
    }

    /** Leaves out the credential. */
    @Override
    public String toString() {
        return address + namespace.map(name -> " (namespace " + name + ")").orElse("");
    }

    public sealed interface Auth {}

    public record Token(String token) implements Auth {
        /** Leaves out the token. */
        @Override
        public String toString() {
            return "token";
        }
    }

    /** @param mount the path of the auth method, usually {@code approle} */
    public record AppRole(String mount, String roleId, String secretId) implements Auth {
        /** Leaves out the secret id. */
        @Override
        public String toString() {
            return "AppRole at " + mount;
        }
    }
}
