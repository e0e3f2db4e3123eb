package io.agyn.console;

import java.util.List;

/**
 * A question before something is done that cannot be undone.
 *
 * @param title the question
 * @param text what it means
 * @param names the names of what it concerns beside the thing itself; may be empty
 * @param typed what is to be typed before it is done, or null
 * @param action the button's words
 * @param etag what was shown is done to
 * @param back where to go instead
 * @param form what was typed, and what is wrong
 */
public record Confirmation(
        String title,
        String text,
        List<String> names,
        String typed,
        String action,
        String etag,
        String back,
        Form form) {}
