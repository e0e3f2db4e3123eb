package io.agyn.console.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.SecretsApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretCreate;
import io.agyn.api.model.SecretRevealed;
import io.agyn.api.model.SecretUpdate;
import io.agyn.console.Api;
import io.agyn.console.Confirmation;
import io.agyn.console.Conflicts;
import io.agyn.console.Form;
import io.agyn.console.ListPage;
import io.agyn.console.ListSources;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** An organization's secrets. */
@Path("/console/organizations/{organization}/secrets")
@SessionAuthenticated
@RunOnVirtualThread
public class SecretsPages {
    private static final int MOST_IN_LIST = 3;
    private static final int MOST = 100;
    private static final Map<String, String> LABELS_OF_EDIT = Map.of("value", "New value");

    @CheckedTemplate(basePath = "console/secrets")
    static class Templates {
        static native TemplateInstance list(ListPage<Secret> secrets, Map<UUID, ListPage.Slice<LlmProvider>> users);

        static native TemplateInstance create(Form form);

        static native TemplateInstance secret(Secret secret, Form form, ListPage.Slice<LlmProvider> users);
    }

    private final Api api;
    private final SecretsApi secrets;
    private final ListSources lists;
    private final Conflicts conflicts;
    private final Page page;
    private final PageResponses pages;

    SecretsPages(Api api, ListSources lists, Conflicts conflicts, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.secrets = api.of(SecretsApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.conflicts = requireNonNull(conflicts, "conflicts is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        ListPage<Secret> found = ListPage.of(lists.secrets(organizationId), page.query());
        Map<UUID, ListPage.Slice<LlmProvider>> users = found.items().stream()
                .map(Secret::getId)
                .collect(Collectors.toMap(Function.identity(), id -> lists.llmProvidersWith(organizationId, id)
                        .first(MOST_IN_LIST)));
        return pages.ok(Templates.list(found, users));
    }

    @GET
    @Path("/new")
    public Response showCreate(@PathParam("organization") String organization) {
        enter(organization);
        page.require("createSecret");
        return pages.ok(Templates.create(Form.empty()));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        try {
            secrets.createSecret(
                    organizationId,
                    new SecretCreate()
                            .name(form.text("name"))
                            .description(form.optional("description"))
                            .value(form.text("value")),
                    null);
            return pages.done(root(), "Secret " + form.text("name") + " was created.");
        } catch (ProblemException e) {
            return pages.refused(e.kind().status(), Templates.create(form.refused(e)));
        }
    }

    @GET
    @Path("/{secret}")
    public Response show(@PathParam("organization") String organization, @PathParam("secret") UUID id) {
        UUID organizationId = enter(organization);
        Response answer = secrets.getSecret(organizationId, id);
        Secret secret = api.read(answer, Secret.class);
        Form form = form(secret).shown(answer.getHeaderString(HttpHeaders.ETAG));
        return pages.ok(Templates.secret(secret, form, usersOf(organizationId, id)));
    }

    @POST
    @Path("/{secret}")
    public Response save(@PathParam("organization") String organization, @PathParam("secret") UUID id, Form form) {
        UUID organizationId = enter(organization);
        try {
            SecretUpdate body = new SecretUpdate()
                    .name(form.text("name"))
                    .description(form.optional("description"))
                    .value(form.optional("value"));
            secrets.updateSecret(organizationId, id, body, form.optional("etag"));
            return pages.done(root() + "/" + id, "Secret " + form.text("name") + " was saved.");
        } catch (ProblemException e) {
            Response answer = secrets.getSecret(organizationId, id);
            Secret secret = api.read(answer, Secret.class);
            Form again = e.kind() == ProblemKind.PRECONDITION_FAILED
                    ? conflicts.in(form, id, answer.getHeaderString(HttpHeaders.ETAG), form(secret))
                    : form.labelled(LABELS_OF_EDIT).refused(e);
            return pages.refused(e.kind().status(), Templates.secret(secret, again, usersOf(organizationId, id)));
        }
    }

    @POST
    @Path("/{secret}/reveal")
    public Response reveal(@PathParam("organization") String organization, @PathParam("secret") UUID id, Form form) {
        UUID organizationId = enter(organization);
        String value = api.read(secrets.revealSecret(organizationId, id), SecretRevealed.class)
                .getValue();
        Secret secret = api.read(secrets.getSecret(organizationId, id), Secret.class);
        return pages.revealed(secret.getName(), value, root() + "/" + id);
    }

    @GET
    @Path("/{secret}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("secret") UUID id) {
        UUID organizationId = enter(organization);
        page.require("deleteSecret", id);
        Response answer = secrets.getSecret(organizationId, id);
        Form form = Form.of("etag", answer.getHeaderString(HttpHeaders.ETAG));
        return pages.confirm(200, deletion(organizationId, api.read(answer, Secret.class), form));
    }

    @POST
    @Path("/{secret}/delete")
    public Response delete(@PathParam("organization") String organization, @PathParam("secret") UUID id, Form form) {
        UUID organizationId = enter(organization);
        Response answer = secrets.getSecret(organizationId, id);
        Secret secret = api.read(answer, Secret.class);
        try {
            secrets.deleteSecret(organizationId, id, form.optional("etag"));
            return pages.done(root(), "Secret " + secret.getName() + " was deleted.");
        } catch (ProblemException e) {
            Form again = form.refused(e).set("etag", answer.getHeaderString(HttpHeaders.ETAG));
            return pages.confirm(e.kind().status(), deletion(organizationId, secret, again));
        }
    }

    private UUID enter(String organization) {
        return page.in(organization, "secrets").getId();
    }

    private String root() {
        return page.root() + "/secrets";
    }

    private static Form form(Secret secret) {
        return Form.of("name", secret.getName()).set("description", secret.getDescription());
    }

    private Confirmation deletion(UUID organizationId, Secret secret, Form form) {
        List<String> names = usersOf(organizationId, secret.getId())
                .names(provider -> "LLM provider " + provider.getName(), "and more");
        return new Confirmation(
                "Delete secret " + secret.getName() + "?",
                names.isEmpty()
                        ? "Nothing uses it. Its value cannot be recovered."
                        : "It is in use. Choose other credentials for these first:",
                names,
                null,
                names.isEmpty() ? "Delete secret" : null,
                root() + "/" + secret.getId(),
                form);
    }

    private ListPage.Slice<LlmProvider> usersOf(UUID organizationId, UUID secretId) {
        return lists.llmProvidersWith(organizationId, secretId).first(MOST);
    }
}
