package io.agyn.proxy.egress;

/** A provider's host resolves to addresses that are not allowed. The message gives the reason, but no address. */
public final class EgressDeniedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param reason from {@link AddressRules#denial} */
    EgressDeniedException(String reason) {
        super("its host resolves to " + reason + ".");
    }
}
