package io.agyn.console.signin;

/**
 * A request of the identity provider to end sessions.
 *
 * @param token the logout token; empty if missing
 */
record LogoutRequest(String token) {
    /** Does not contain the token. */
    @Override
    public String toString() {
        return "logout request";
    }
}
