package io.agyn.console.flows;

import static java.util.Objects.requireNonNull;

import io.agyn.console.Api.Versioned;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Form;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.problems.ProblemException;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/** Deletes resources after a confirmation. An error displays the confirmation again. */
@Singleton
public class DeleteFlow {
    /**
     * A resource to delete.
     *
     * @param operation the contract's operation, such as {@code deleteSecret}
     * @param read reads the stored resource
     */
    public record Target<T>(
            String operation, UUID id, Supplier<Versioned<T>> read, Function<T, Confirmation> confirmation) {}

    private final Page page;
    private final PageResponses pages;

    DeleteFlow(Page page, PageResponses pages) {
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    public <T> Response ask(Target<T> target) {
        page.require(target.operation(), target.id());
        Versioned<T> stored = target.read().get();
        return pages.confirm(200, asked(target, stored, Form.empty()));
    }

    /**
     * Deletes the resource if the form confirms it.
     *
     * @param send deletes the resource, and returns the response to the browser
     */
    public <T> Response delete(Target<T> target, Form form, Function<T, Response> send) {
        page.require(target.operation(), target.id());
        Versioned<T> stored = target.read().get();
        Confirmation confirmation =
                target.confirmation().apply(stored.resource()).with(form);
        if (confirmation.hasChanged()) {
            return pages.confirm(
                    409,
                    asked(
                            target,
                            stored,
                            form.withError("", "This list has changed meanwhile. Please check it again.")));
        }
        if (!confirmation.isConfirmed()) {
            return pages.confirm(422, confirmation.unconfirmed());
        }
        try {
            return send.apply(stored.resource());
        } catch (ProblemException e) {
            return pages.confirm(e.kind().status(), asked(target, stored, form.withErrors(e)));
        }
    }

    private static <T> Confirmation asked(Target<T> target, Versioned<T> stored, Form form) {
        return target.confirmation()
                .apply(stored.resource())
                .with(form.set("etag", stored.etag()))
                .withNamesShown();
    }
}
