/**
 * Sign-in with an identity provider by OpenID Connect, and its access tokens (JWTs) as bearer tokens. {@link
 * io.agyn.oidc.IdentityProvider} keeps the provider's metadata and signing keys in memory, so that tokens are verified without
 * a request. ADR 3 gives the reasons for the design.
 */
@NullMarked
package io.agyn.oidc;

import org.jspecify.annotations.NullMarked;
