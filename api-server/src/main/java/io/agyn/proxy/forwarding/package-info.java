/** A call from its routing to the end of the LLM provider's response. */
@NullMarked
package io.agyn.proxy.forwarding;

import org.jspecify.annotations.NullMarked;
