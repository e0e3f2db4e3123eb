package io.agyn.proxy.body;

import org.jspecify.annotations.Nullable;

/**
 * Reads along with a request body that arrives in pieces, and finds the names of models and the ids of
 * stored objects. It neither keeps nor changes the body. Not thread-safe.
 */
public interface RequestScanner {
    /**
     * Reads the next bytes.
     *
     * @param from the index of the first
     * @param to the index after the last
     * @throws MalformedBodyException if the body must not be passed on
     */
    void read(byte[] bytes, int from, int to) throws MalformedBodyException;

    /**
     * Ends the body.
     *
     * @throws MalformedBodyException if the body is incomplete
     */
    void end() throws MalformedBodyException;

    /** Whether enough is known to choose the LLM provider. */
    boolean isRoutable();

    /** The name of the model that decides the LLM provider; null before it is found, and for a body without one. */
    @Nullable
    String model();

    /** Whether all edits have been taken, and no later byte can be part of one. */
    boolean isSettled();

    boolean hasReference();

    /** Returns and removes the next reference that the server must resolve before the body is complete at the provider. */
    @Nullable
    Reference takeReference();

    /** Returns and removes the next change of the body, in the order of the body; null without one so far. */
    @Nullable
    Edit takeEdit();

    /** The offset, in a routable body, from which on the next bytes may need an edit; the largest number without one. */
    long heldFrom();

    /** The decoded value of a string, or the text of another value; null for a field that was not found, or is null. */
    @Nullable
    String value(RequestField field);
}
