package io.agyn.console.organizations;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationContent;
import io.agyn.api.model.OrganizationContents;
import io.agyn.api.model.OrganizationCreate;
import io.agyn.api.model.OrganizationUpdate;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Picker;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListPage;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Path("/console/organizations")
@SessionAuthenticated
@RunOnVirtualThread
public class OrganizationsPages {
    private static final String ROOT = "/organizations";
    private static final String DEFAULT_MODEL = "default_model_id";
    private static final Map<String, String> LABELS = Map.of(DEFAULT_MODEL, "Default model");

    @CheckedTemplate(basePath = "console/organizations")
    static class Templates {
        static native TemplateInstance list(ListPage<Organization> organizations);

        static native TemplateInstance create(Form form, boolean first);

        static native TemplateInstance overview(
                Organization organization, Form form, Picker.Options models, List<FirstSteps.Step> steps);
    }

    private final Api api;
    private final OrganizationsApi organizations;
    private final ListSources lists;
    private final PickerFactory pickers;
    private final FirstSteps steps;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final PageResponses pages;

    OrganizationsPages(
            Api api,
            ListSources lists,
            PickerFactory pickers,
            FirstSteps steps,
            EditFlow edits,
            DeleteFlow deletes,
            Page page,
            PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.organizations = api.of(OrganizationsApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.pickers = requireNonNull(pickers, "pickers is null");
        this.steps = requireNonNull(steps, "steps is null");
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list() {
        ListPage<Organization> found = ListPage.of(lists.organizations(), page.query());
        if (found.empty() && !page.invitationCount().isEmpty()) {
            return pages.redirect("/invitations");
        }
        return found.empty() && page.may("createOrganization")
                ? pages.redirect(ROOT + "/new")
                : pages.ok(Templates.list(found));
    }

    @GET
    @Path("/new")
    public Response showCreate() {
        page.require("createOrganization");
        return pages.ok(Templates.create(Form.empty(), isFirst()));
    }

    @POST
    @Path("/new")
    public Response create(Form form) {
        OrganizationCreate body =
                new OrganizationCreate().name(form.text("name")).slug(form.optional("slug"));
        return edits.create(
                form,
                body,
                () -> {
                    Organization created = api.read(organizations.createOrganization(body, null), Organization.class);
                    return pages.done(Page.path(created), "Organization " + created.getName() + " was created.");
                },
                rejected -> Templates.create(rejected, isFirst()));
    }

    @GET
    @Path("/{organization}")
    public Response overview(@PathParam("organization") String slugOrId) {
        return edits.show(edit(enter(slugOrId)));
    }

    @POST
    @Path("/{organization}")
    public Response save(@PathParam("organization") String slugOrId, Form form) {
        UUID id = enter(slugOrId);
        Form resolved = form.withLabels(LABELS).resolve(DEFAULT_MODEL, pickers.model(id));
        OrganizationUpdate body = new OrganizationUpdate()
                .name(form.text("name"))
                .slug(form.text("slug"))
                .defaultModelId(resolved.id(DEFAULT_MODEL));
        return edits.save(edit(id), resolved, body, () -> {
            Organization saved =
                    api.read(organizations.updateOrganization(id, body, form.optional("etag")), Organization.class);
            return pages.done(Page.path(saved), "Organization " + saved.getName() + " was saved.");
        });
    }

    @GET
    @Path("/{organization}/delete")
    public Response askDelete(@PathParam("organization") String slugOrId) {
        return deletes.ask(deletion(enter(slugOrId)));
    }

    @POST
    @Path("/{organization}/delete")
    public Response delete(@PathParam("organization") String slugOrId, Form form) {
        UUID id = enter(slugOrId);
        return deletes.delete(deletion(id), form, organization -> {
            organizations.deleteOrganization(id, form.optional("shown") != null, form.optional("etag"));
            return pages.done(ROOT, "Organization " + organization.getName() + " was deleted.");
        });
    }

    private UUID enter(String slugOrId) {
        return page.in(slugOrId, "overview").getId();
    }

    private boolean isFirst() {
        return lists.organizations().first(1).items().isEmpty();
    }

    private Versioned<Organization> read(UUID id) {
        return api.versioned(organizations.getOrganization(id), Organization.class);
    }

    private EditFlow.Target<Organization> edit(UUID id) {
        return new EditFlow.Target<>(
                id,
                () -> read(id),
                organization -> Form.of("name", organization.getName())
                        .set("slug", organization.getSlug())
                        .set(DEFAULT_MODEL, text(organization.getDefaultModelId())),
                (organization, form) -> Templates.overview(
                        organization,
                        form,
                        pickers.model(id).options(form.text(DEFAULT_MODEL)),
                        steps.ofOrganization()));
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }

    private DeleteFlow.Target<Organization> deletion(UUID id) {
        return new DeleteFlow.Target<>("deleteOrganization", id, () -> read(id), organization -> {
            List<String> contents = contents(id);
            return new Confirmation(
                    "Delete organization " + organization.getName() + "?",
                    "Members lose access, and usage can no longer be viewed. "
                            + (contents.isEmpty()
                                    ? "The organization contains nothing else."
                                    : "This permanently deletes its contents:"),
                    contents,
                    organization.getName(),
                    contents.isEmpty() ? "Delete organization" : "Delete organization and contents",
                    page.root());
        });
    }

    private List<String> contents(UUID id) {
        return api.read(organizations.getOrganizationContents(id), OrganizationContents.class).getItems().stream()
                .map(OrganizationContent::getSummary)
                .toList();
    }
}
