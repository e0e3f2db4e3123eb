package io.agyn.console.users;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.UsersApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.Role;
import io.agyn.api.model.User;
import io.agyn.api.model.UserCreate;
import io.agyn.api.model.UserList;
import io.agyn.api.model.UserState;
import io.agyn.api.model.UserUpdate;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Filters;
import io.agyn.console.forms.Form;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Query;
import io.agyn.problems.ProblemException;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Path("/console/users")
@SessionAuthenticated
@RunOnVirtualThread
public class UsersPages implements AuditedResource {
    private static final String ROOT = "/users";
    // The first one is preselected.
    private static final List<Role> ROLES = List.of(Role.USER, Role.CLUSTER_ADMIN);

    @CheckedTemplate(basePath = "console/users")
    static class Templates {
        static native TemplateInstance list(ListPage<User> users, Form filters, List<Role> roles);

        static native TemplateInstance create(Form form, List<Role> roles);

        static native TemplateInstance user(User user, Form form, List<Role> roles);
    }

    private final Api api;
    private final UsersApi users;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final PageResponses pages;

    UsersPages(Api api, EditFlow edits, DeleteFlow deletes, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.users = api.of(UsersApi.class);
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list() {
        Query query = page.query("role", "state");
        Filters filters = new Filters(query);
        Role role = filters.choice("role", Role::fromValue, "cluster_admin and user");
        UserState state = filters.choice("state", UserState::fromValue, "active and suspended");
        ListPage<User> found = ListPage.of(
                (size, token, search) -> {
                    UserList list = api.read(
                            users.listUsers(size, token, null, null, null, search, role, state, null), UserList.class);
                    return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
                },
                query);
        return pages.list(Templates.list(found, filters.form(), ROLES), filters);
    }

    @GET
    @Path("/new")
    public Response showCreate() {
        page.require("createUser");
        return pages.ok(Templates.create(Form.empty(), ROLES));
    }

    @POST
    @Path("/new")
    public Response create(Form form) {
        UserCreate body = new UserCreate()
                .username(form.optional("username"))
                .name(form.text("name"))
                .email(form.optional("email"))
                .role(form.parse("role", Role::fromValue));
        return edits.create(
                form,
                body,
                () -> {
                    User created = api.read(users.createUser(body, null), User.class);
                    return pages.done(path(created.getId()), "User " + created.getName() + " was created.");
                },
                rejected -> Templates.create(rejected, ROLES));
    }

    @GET
    @Path("/{user}")
    public Response show(@PathParam("user") UUID id) {
        return edits.show(edit(id));
    }

    @POST
    @Path("/{user}")
    public Response save(@PathParam("user") UUID id, Form form) {
        UserUpdate body = new UserUpdate()
                .username(form.optional("username"))
                .name(form.text("name"))
                .email(form.optional("email"))
                .role(form.parse("role", Role::fromValue))
                .state(read(id).resource().getState());
        return edits.save(edit(id), form, body, () -> {
            users.updateUser(id, body, form.optional("etag"));
            return pages.done(path(id), "User " + body.getName() + " was saved.");
        });
    }

    /** Suspends or reactivates a user. */
    @POST
    @Path("/{user}/state")
    public Response setState(@PathParam("user") UUID id, Form form) {
        Versioned<User> stored = read(id);
        User user = stored.resource();
        UserUpdate body = new UserUpdate()
                .username(user.getUsername())
                .name(user.getName())
                .email(user.getEmail())
                .role(user.getRole())
                .state(form.parse("state", UserState::fromValue));
        try {
            users.updateUser(id, body, stored.etag());
            return pages.done(path(id), user.getName() + " is " + form.text("state") + " now.");
        } catch (ProblemException e) {
            Form rejected = form(user).withEtag(stored.etag()).withErrors(e);
            return pages.rejected(e.kind().status(), Templates.user(user, rejected, ROLES));
        }
    }

    @GET
    @Path("/{user}/delete")
    public Response askDelete(@PathParam("user") UUID id) {
        return deletes.ask(deletion(id));
    }

    @POST
    @Path("/{user}/delete")
    public Response delete(@PathParam("user") UUID id, Form form) {
        return deletes.delete(deletion(id), form, user -> {
            users.deleteUser(id, form.optional("etag"));
            return pages.done(ROOT, "User " + user.getName() + " was deleted.");
        });
    }

    private static String path(UUID id) {
        return ROOT + "/" + id;
    }

    private static Form form(User user) {
        return Form.of("name", user.getName())
                .set("username", user.getUsername())
                .set("email", user.getEmail())
                .set("role", user.getRole().toString());
    }

    private Versioned<User> read(UUID id) {
        return api.versioned(users.getUser(id), User.class);
    }

    private EditFlow.Target<User> edit(UUID id) {
        return new EditFlow.Target<>(
                id, () -> read(id), UsersPages::form, (user, form) -> Templates.user(user, form, ROLES));
    }

    private DeleteFlow.Target<User> deletion(UUID id) {
        return new DeleteFlow.Target<>(
                "deleteUser",
                id,
                () -> read(id),
                user -> new Confirmation(
                        "Delete user " + user.getName() + "?",
                        "This permanently deletes their API tokens and memberships. Their usage is kept. To block them"
                                + " temporarily, suspend them instead.",
                        "Delete user",
                        path(id)));
    }

    @Override
    public String noun() {
        return "user";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        return new Entry.Resource(api.read(users.getUser(id), User.class).getName(), "/users/" + id);
    }
}
