package io.agyn.proxy.egress;

/** A provider's host resolves to addresses that are not allowed. The message gives the reason, but no address. */
public final class EgressRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param refusal the reason, from {@link AddressRules#refusal} */
    EgressRefusedException(String refusal) {
        super("its host resolves to " + refusal + ".");
    }
}
