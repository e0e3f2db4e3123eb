/** {@code GET /v1/models}. */
@NullMarked
package io.agyn.proxy.listing;

import org.jspecify.annotations.NullMarked;
