/** The WebSocket protocol (RFC 6455): handshakes and frames, without extensions. */
@NullMarked
package io.agyn.proxy.websocket;

import org.jspecify.annotations.NullMarked;
