package io.agyn.contract;

/**
 * Rules on a request body that OpenAPI 3.0 cannot state. They run together with the contract's own bounds, so that one
 * answer names all violations.
 *
 * @param <T> the body's type
 */
public interface BodyRules<T> {
    /** The type that the rules are about. */
    Class<T> type();

    /**
     * Notes what is wrong.
     *
     * @param body the body; a field of a wrong type or an unknown enumeration value is null in it
     * @param violations what the contract's bounds refused already, to add to
     */
    void check(T body, Violations violations);
}
