/** Metrics and traces of calls. */
@NullMarked
package io.agyn.proxy.observability;

import org.jspecify.annotations.NullMarked;
