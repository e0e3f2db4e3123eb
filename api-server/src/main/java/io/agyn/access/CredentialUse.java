package io.agyn.access;

import org.jspecify.annotations.Nullable;

/**
 * The caller that uses a credential.
 *
 * @param address the source address
 * @param userAgent the User-Agent, as {@link UserAgent#printable} returns it
 */
public record CredentialUse(String address, @Nullable String userAgent) {
    public CredentialUse {
        userAgent = UserAgent.printable(userAgent);
    }
}
