package io.agyn.console.flows;

import static java.util.Objects.requireNonNull;

import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.forms.Form;
import io.agyn.console.rendering.PageResponses;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Creates and edits resources by forms. An error displays the submitted form again. */
@Singleton
public class EditFlow {
    /**
     * A resource on its edit page.
     *
     * @param read reads the stored resource
     * @param form a form with the resource's values
     * @param page the page with the resource and a form
     */
    public record Target<T>(
            UUID id, Supplier<Versioned<T>> read, Function<T, Form> form, BiFunction<T, Form, TemplateInstance> page) {}

    private final Api api;
    private final Conflicts conflicts;
    private final PageResponses pages;

    EditFlow(Api api, Conflicts conflicts, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.conflicts = requireNonNull(conflicts, "conflicts is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    /**
     * Creates a resource.
     *
     * @param body the request body, which is validated together with the form
     * @param send sends the body, and returns the response to the browser
     * @param page the page with a form
     */
    public Response create(Form form, Object body, Supplier<Response> send, Function<Form, TemplateInstance> page) {
        try {
            requireValid(form, body);
            return send.get();
        } catch (ProblemException e) {
            return pages.rejected(e.kind().status(), page.apply(form.withErrors(e)));
        }
    }

    /** Displays the stored values. */
    public <T> Response show(Target<T> target) {
        Versioned<T> stored = target.read().get();
        Form form = target.form().apply(stored.resource()).withEtag(stored.etag());
        return pages.ok(target.page().apply(stored.resource(), form));
    }

    /**
     * Saves a resource. A conflict with another user's change displays both versions.
     *
     * @param body the request body, which is validated together with the form
     * @param send sends the body, and returns the response to the browser
     */
    public <T> Response save(Target<T> target, Form form, Object body, Supplier<Response> send) {
        try {
            requireValid(form, body);
            return send.get();
        } catch (ProblemException e) {
            Versioned<T> stored = target.read().get();
            Form rejected = e.kind() == ProblemKind.PRECONDITION_FAILED
                    ? conflicts.explain(
                            form, target.id(), stored.etag(), target.form().apply(stored.resource()))
                    : form.withErrors(e);
            return pages.rejected(e.kind().status(), target.page().apply(stored.resource(), rejected));
        }
    }

    /** Throws the errors of the body too, so that the page displays all errors at once. */
    private void requireValid(Form form, Object body) {
        if (!form.errors().isEmpty()) {
            api.validate(body);
            throw new ProblemException(ProblemKind.INVALID_REQUEST, "The form is invalid.");
        }
    }
}
