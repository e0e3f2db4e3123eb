/**
 * The sessions of the Console.
 *
 * <p>A session belongs to an API token, and has its identity, permissions, expiry and revocation, or to a user who signed in at
 * the identity provider. {@code authenticated_at} is the time when the user last entered a token or signed in there.
 */
@NullMarked
package io.agyn.console.session;

import org.jspecify.annotations.NullMarked;
