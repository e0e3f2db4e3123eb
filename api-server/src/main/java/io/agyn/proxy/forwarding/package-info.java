/** A call from its routing to the end of the LLM provider's response. */
package io.agyn.proxy.forwarding;
