package io.agyn.proxy.listing;

import io.agyn.proxy.dialect.ProxyError;

/** Carries an error for the caller through futures. */
final class RejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ProxyError error;

    RejectedException(ProxyError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    ProxyError error() {
        return error;
    }
}
