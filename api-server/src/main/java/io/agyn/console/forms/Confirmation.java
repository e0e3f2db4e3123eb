package io.agyn.console.forms;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page that asks for confirmation before an irreversible action.
 *
 * @param title the question
 * @param text the consequences
 * @param names the names of other affected resources; may be empty
 * @param typed the text that the user must type to confirm
 * @param action the label of the button; null without one
 * @param back the path of the link to cancel
 * @param form the submitted form and its errors; its fields {@code etag} and {@code shown} hold the version and the names that the
 *     user saw
 */
public record Confirmation(
        String title,
        String text,
        List<String> names,
        @Nullable String typed,
        @Nullable String action,
        String back,
        Form form) {
    /** A confirmation by the button alone. */
    public Confirmation(String title, String text, String action, String back) {
        this(title, text, List.of(), null, action, back);
    }

    /** A confirmation with an empty form. */
    public Confirmation(
            String title,
            String text,
            List<String> names,
            @Nullable String typed,
            @Nullable String action,
            String back) {
        this(title, text, names, typed, action, back, Form.empty());
    }

    public Confirmation with(Form form) {
        return new Confirmation(title, text, names, typed, action, back, form);
    }

    /** Adds the names to the form, in its field {@code shown}. */
    public Confirmation withNamesShown() {
        return with(form.set("shown", shown()));
    }

    /** Whether the names are others than those that the user saw. */
    public boolean hasChanged() {
        return form.optional("shown") != null && !form.text("shown").equals(shown());
    }

    private String shown() {
        return String.join(", ", names);
    }

    /** The label of the field {@code typed}. */
    public String label() {
        return "Type " + typed + " to confirm";
    }

    public boolean isConfirmed() {
        return typed == null || form.text("typed").strip().equals(typed);
    }

    /** The confirmation with an error at the field {@code typed}. */
    public Confirmation unconfirmed() {
        return with(form.withLabels(Map.of("typed", label())).withError("typed", "Type exactly " + typed + "."));
    }
}
