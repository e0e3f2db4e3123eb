/**
 * The sessions of the Console.
 *
 * <p>Every session belongs to an API token, and has its identity, permissions, expiry and revocation. Another sign-in method,
 * such as OpenID Connect, finds the user, creates an API token that expires with the session and is shown to nobody, and
 * calls {@link io.agyn.console.session.Sessions#begin} with its identity.
 */
@NullMarked
package io.agyn.console.session;

import org.jspecify.annotations.NullMarked;
