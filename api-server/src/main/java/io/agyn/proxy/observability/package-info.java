/** Metrics and traces of calls. */
package io.agyn.proxy.observability;
