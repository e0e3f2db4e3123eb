package io.agyn.contract;

/**
 * Rules on a request body that OpenAPI 3.0 cannot express. They run together with the contract's bounds, so that one
 * response lists all violations.
 *
 * @param <T> the body's type
 */
public interface BodyRules<T> {
    Class<T> type();

    /**
     * Adds violations.
     *
     * @param body the body; fields with a wrong type or an unknown enum value are null
     * @param violations the violations of the contract, to add to
     */
    void check(T body, Violations violations);
}
