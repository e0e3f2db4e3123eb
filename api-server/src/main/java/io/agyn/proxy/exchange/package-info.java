/** The caller's side of a call: its request and response, over HTTP or in process. */
@NullMarked
package io.agyn.proxy.exchange;

import org.jspecify.annotations.NullMarked;
