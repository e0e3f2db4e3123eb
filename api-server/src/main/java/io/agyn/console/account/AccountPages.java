package io.agyn.console.account;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.MeApi;
import io.agyn.api.model.Me;
import io.agyn.api.model.MeUpdate;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Picker;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.rendering.PageResponses;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The signed-in user's own page. */
@Path("/console/account")
@SessionAuthenticated
@RunOnVirtualThread
public class AccountPages {
    private static final String ROOT = "/account";
    private static final String HOME = "home_organization_id";

    @CheckedTemplate(basePath = "console/account")
    static class Templates {
        static native TemplateInstance account(Me me, Form form, Picker.Options organizations);
    }

    private final Api api;
    private final MeApi me;
    private final PickerFactory pickers;
    private final EditFlow edits;
    private final PageResponses pages;

    AccountPages(Api api, PickerFactory pickers, EditFlow edits, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.me = api.of(MeApi.class);
        this.pickers = requireNonNull(pickers, "pickers is null");
        this.edits = requireNonNull(edits, "edits is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response show() {
        return edits.show(edit());
    }

    @POST
    public Response save(Form form) {
        Form resolved = form.resolve(HOME, pickers.organization(null));
        MeUpdate body = new MeUpdate().homeOrganizationId(resolved.id(HOME));
        return edits.save(edit(), resolved, body, () -> {
            me.updateMe(body, form.optional("etag"));
            return pages.done(ROOT, "Your home organization was saved.");
        });
    }

    private Versioned<Me> read() {
        return api.versioned(me.getMe(), Me.class);
    }

    private EditFlow.Target<Me> edit() {
        return new EditFlow.Target<>(
                read().resource().getId(),
                this::read,
                user -> Form.of(HOME, text(user.getHomeOrganizationId())),
                (user, form) -> Templates.account(
                        user,
                        form,
                        pickers.organization(user.getOrganizationId()).options(form.text(HOME))));
    }

    private static String text(@Nullable UUID id) {
        return id == null ? "" : id.toString();
    }
}
