/**
 * Signing in to the Console, and staying so.
 *
 * <p>Every session stands on an API token, whose identity, bounds, expiry and revocation are the session's. Today {@link
 * io.agyn.console.session.SignInPages} is given one. Another way to sign in, such as by OpenID Connect, finds the user who
 * somebody is, makes them an API token that lasts no longer than a session and that nobody is shown, and begins a session with
 * its identity: the audit log, the list of tokens and servers of the release before take it as any other.
 */
package io.agyn.console.session;
