/**
 * A client of the Agyn LLM control plane: organizations, their secrets, LLM providers and models, and API tokens.
 *
 * <p>Start with {@link io.agyn.sdk.AgynClient}. Requests and responses are in {@link io.agyn.sdk.model}; everything
 * that goes wrong is an {@link io.agyn.sdk.AgynException}. No argument may be null unless its description says so.
 */
package io.agyn.sdk;
