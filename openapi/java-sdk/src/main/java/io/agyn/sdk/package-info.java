/**
 * A client of the Agyn LLM control plane: organizations, their secrets, LLM providers and models, and API tokens.
 *
 * <p>Start with {@link io.agyn.sdk.AgynClient}. Requests and responses are in {@link io.agyn.sdk.model}; every failure is
 * an {@link io.agyn.sdk.AgynException}.
 */
@NullMarked
package io.agyn.sdk;

import org.jspecify.annotations.NullMarked;
