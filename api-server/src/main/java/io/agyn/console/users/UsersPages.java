package io.agyn.console.users;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.UsersApi;
import io.agyn.api.model.Role;
import io.agyn.api.model.User;
import io.agyn.api.model.UserCreate;
import io.agyn.api.model.UserList;
import io.agyn.api.model.UserState;
import io.agyn.api.model.UserUpdate;
import io.agyn.console.Api;
import io.agyn.console.Confirmation;
import io.agyn.console.Conflicts;
import io.agyn.console.Filters;
import io.agyn.console.Form;
import io.agyn.console.ListPage;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
import io.agyn.console.Query;
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
import java.util.UUID;

/** All users, for cluster admins. */
@Path("/console/users")
@SessionAuthenticated
@RunOnVirtualThread
public class UsersPages {
    private static final String ROOT = "/users";
    // The least first, which is chosen unless another one is.
    private static final List<Role> ROLES = List.of(Role.USER, Role.CLUSTER_ADMIN);

    @CheckedTemplate(basePath = "console/users")
    static class Templates {
        static native TemplateInstance list(ListPage<User> users, Form filters, List<Role> roles);

        static native TemplateInstance create(Form form, List<Role> roles);

        static native TemplateInstance user(User user, Form form, List<Role> roles);
    }

    private final Api api;
    private final UsersApi users;
    private final Conflicts conflicts;
    private final Page page;
    private final PageResponses pages;

    UsersPages(Api api, Conflicts conflicts, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.users = api.of(UsersApi.class);
        this.conflicts = requireNonNull(conflicts, "conflicts is null");
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
                    UserList list =
                            api.read(users.listUsers(size, token, null, null, search, role, state), UserList.class);
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
        try {
            UserCreate body = new UserCreate()
                    .name(form.text("name"))
                    .email(form.text("email"))
                    .role(form.choice("role", Role::fromValue));
            User made = api.read(users.createUser(body, null), User.class);
            return pages.done(path(made), "User " + made.getName() + " was created.");
        } catch (ProblemException e) {
            return pages.refused(e.kind().status(), Templates.create(form.refused(e), ROLES));
        }
    }

    @GET
    @Path("/{user}")
    public Response show(@PathParam("user") UUID id) {
        Response answer = users.getUser(id);
        User user = api.read(answer, User.class);
        return pages.ok(Templates.user(user, shown(user, answer), ROLES));
    }

    @POST
    @Path("/{user}")
    public Response save(@PathParam("user") UUID id, Form form) {
        User stored = api.read(users.getUser(id), User.class);
        try {
            UserUpdate body = new UserUpdate()
                    .name(form.text("name"))
                    .email(form.text("email"))
                    .role(form.choice("role", Role::fromValue))
                    .state(stored.getState());
            users.updateUser(id, body, form.optional("etag"));
            return pages.done(path(stored), "User " + form.text("name") + " was saved.");
        } catch (ProblemException e) {
            Response answer = users.getUser(id);
            User user = api.read(answer, User.class);
            Form again = e.kind() == ProblemKind.PRECONDITION_FAILED
                    ? conflicts.in(form, id, answer.getHeaderString(HttpHeaders.ETAG), form(user))
                    : form.refused(e);
            return pages.refused(e.kind().status(), Templates.user(user, again, ROLES));
        }
    }

    /** Suspends a user, or makes a suspended one active again. */
    @POST
    @Path("/{user}/state")
    public Response setState(@PathParam("user") UUID id, Form form) {
        Response answer = users.getUser(id);
        User user = api.read(answer, User.class);
        try {
            UserUpdate body = new UserUpdate()
                    .name(user.getName())
                    .email(user.getEmail())
                    .role(user.getRole())
                    .state(form.choice("state", UserState::fromValue));
            users.updateUser(id, body, answer.getHeaderString(HttpHeaders.ETAG));
            return pages.done(path(user), user.getName() + " is " + form.text("state") + " now.");
        } catch (ProblemException e) {
            return pages.refused(
                    e.kind().status(), Templates.user(user, shown(user, answer).refused(e), ROLES));
        }
    }

    @GET
    @Path("/{user}/delete")
    public Response askDelete(@PathParam("user") UUID id) {
        page.require("deleteUser", id);
        Response answer = users.getUser(id);
        Form form = Form.of("etag", answer.getHeaderString(HttpHeaders.ETAG));
        return pages.confirm(200, deletion(api.read(answer, User.class), form));
    }

    @POST
    @Path("/{user}/delete")
    public Response delete(@PathParam("user") UUID id, Form form) {
        Response answer = users.getUser(id);
        User user = api.read(answer, User.class);
        try {
            users.deleteUser(id, form.optional("etag"));
            return pages.done(ROOT, "User " + user.getName() + " was deleted.");
        } catch (ProblemException e) {
            Form again = form.refused(e).set("etag", answer.getHeaderString(HttpHeaders.ETAG));
            return pages.confirm(e.kind().status(), deletion(user, again));
        }
    }

    private static String path(User user) {
        return ROOT + "/" + user.getId();
    }

    private static Form shown(User user, Response answer) {
        return form(user).shown(answer.getHeaderString(HttpHeaders.ETAG));
    }

    private static Form form(User user) {
        return Form.of("name", user.getName())
                .set("email", user.getEmail())
                .set("role", user.getRole().toString());
    }

    private static Confirmation deletion(User user, Form form) {
        return new Confirmation(
                "Delete user " + user.getName() + "?",
                "This permanently deletes their API tokens and memberships. Their usage is kept. To block them temporarily,"
                        + " suspend them instead.",
                List.of(),
                null,
                "Delete user",
                path(user),
                form);
    }
}
