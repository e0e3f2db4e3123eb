/** The objects that LLM providers store, and which provider has each. */
@NullMarked
package io.agyn.proxy.stored;

import org.jspecify.annotations.NullMarked;
