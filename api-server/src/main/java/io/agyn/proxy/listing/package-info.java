/** {@code GET /v1/models}. */
package io.agyn.proxy.listing;
