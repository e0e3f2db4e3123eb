/** The caller's side of a call: its request and response, over HTTP or in process. */
package io.agyn.proxy.exchange;
