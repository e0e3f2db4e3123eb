package io.agyn.console.models;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.access.SessionAuthenticated;
import io.agyn.api.ModelsApi;
import io.agyn.api.model.Model;
import io.agyn.console.Api;
import io.agyn.console.forms.Form;
import io.agyn.console.organizations.FirstSteps;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.llm.models.ModelTests;
import io.agyn.llm.models.StreamedTest;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tests of models. To the Console's script, the response streams as lines of JSON: one for each piece of text, and a last one
 * with the outcome's HTML. Without scripts it is a page.
 */
@Path("/console/organizations/{organization}/models/{model}/test")
@SessionAuthenticated
@RunOnVirtualThread
public class ModelTestPages {
    /** The default prompt. */
    static final String PROMPT = "Hello, world";

    private static final String LINES = "application/x-ndjson";
    private static final int LONGEST_PROMPT = 32_768;

    @CheckedTemplate(basePath = "console/models")
    static class Templates {
        static native TemplateInstance tested(
                Model model, Form form, @Nullable StreamedTest result, FirstSteps.@Nullable Step next);

        static native TemplateInstance tested$outcome(StreamedTest result, FirstSteps.@Nullable Step next);
    }

    private final Api api;
    private final ModelsApi models;
    private final ModelTests tests;
    private final FirstSteps steps;
    private final ObjectMapper mapper;
    private final Page page;
    private final PageResponses pages;

    ModelTestPages(Api api, ModelTests tests, FirstSteps steps, ObjectMapper mapper, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.models = api.of(ModelsApi.class);
        this.tests = requireNonNull(tests, "tests is null");
        this.steps = requireNonNull(steps, "steps is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @POST
    public Response test(@PathParam("organization") String organization, @PathParam("model") UUID id, Form form) {
        UUID organizationId = page.in(organization, "models").getId();
        page.require("testModel", id);
        Model model = api.read(models.getModel(organizationId, id), Model.class);
        String prompt = form.text("prompt");
        String wrong = prompt.isBlank() || prompt.length() > LONGEST_PROMPT
                ? "Give 1 to %d characters; there are %d.".formatted(LONGEST_PROMPT, prompt.length())
                : null;
        if (page.partial()) {
            if (wrong != null) {
                throw new ProblemException(ProblemKind.INVALID_REQUEST, wrong);
            }
            // Read now, because the request context with the user ends before the response streams.
            FirstSteps.Step next = steps.afterTest();
            StreamingOutput lines = out -> stream(organizationId, id, prompt, next, out);
            return Response.ok(lines).type(LINES).build();
        }
        return wrong == null
                ? pages.ok(Templates.tested(
                        model, form, tests.ask(organizationId, id, prompt, text -> {}), steps.afterTest()))
                : pages.rejected(422, Templates.tested(model, form.withError("prompt", wrong), null, null));
    }

    private void stream(UUID organizationId, UUID id, String prompt, FirstSteps.@Nullable Step next, OutputStream out)
            throws IOException {
        StreamedTest result = tests.ask(organizationId, id, prompt, text -> send(out, "text", text));
        send(out, "html", Templates.tested$outcome(result, next).render());
    }

    /** Sends a line immediately. The exception after a lost connection ends the call. */
    private void send(OutputStream out, String kind, String text) {
        try {
            out.write(mapper.writeValueAsBytes(Map.of(kind, text)));
            out.write('\n');
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
