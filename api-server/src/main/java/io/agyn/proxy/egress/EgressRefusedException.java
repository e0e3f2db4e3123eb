package io.agyn.proxy.egress;

/** A provider's host leads to addresses that are not connected to. The message says why, and names no address. */
public final class EgressRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param refusal what {@link AddressRules#refusal} says
     */
    EgressRefusedException(String refusal) {
        super("its host leads to " + refusal + ".");
    }
}
