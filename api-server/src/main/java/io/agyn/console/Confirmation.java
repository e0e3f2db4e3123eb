package io.agyn.console;

import java.util.List;
import java.util.Map;

/**
 * A question before something is done that cannot be undone.
 *
 * @param title the question
 * @param text what it means
 * @param names the names of what it concerns beside the thing itself; may be empty
 * @param typed what is to be typed before it is done, or null
 * @param action the button's words
 * @param back where to go instead
 * @param form what was typed, and what is wrong; its field {@code etag} says what was shown
 */
public record Confirmation(
        String title, String text, List<String> names, String typed, String action, String back, Form form) {
    /** The label of the field to type in. */
    public String label() {
        return "Type " + typed + " to confirm";
    }

    /** Whether what is to be typed was. */
    public boolean isConfirmed() {
        return typed == null || form.text("typed").strip().equals(typed);
    }

    /** The question once more, where it was not. */
    public Confirmation again() {
        Form wrong = form.labelled(Map.of("typed", label())).with("typed", "Type exactly " + typed + ".");
        return new Confirmation(title, text, names, typed, action, back, wrong);
    }
}
