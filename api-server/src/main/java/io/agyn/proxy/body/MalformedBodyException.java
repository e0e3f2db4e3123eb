package io.agyn.proxy.body;

/** A request body that cannot be passed on, with a sentence for the caller. */
public final class MalformedBodyException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedBodyException(String sentence) {
        super(sentence, null, false, false);
    }
}
