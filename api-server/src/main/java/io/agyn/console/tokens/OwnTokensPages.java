package io.agyn.console.tokens;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.model.Organization;
import io.agyn.console.Api;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.rest.ChangeRecorder;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** All API tokens of a user. */
@Path("/console/tokens")
@SessionAuthenticated
@RunOnVirtualThread
public class OwnTokensPages extends TokensPages implements AuditedResource {
    OwnTokensPages(
            Api api,
            ListSources lists,
            EditFlow edits,
            DeleteFlow deletes,
            PickerFactory pickers,
            ChangeRecorder changes,
            Page page,
            PageResponses pages) {
        super(api, lists, edits, deletes, pickers, changes, page, pages);
    }

    @Override
    public String noun() {
        return "API token";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        return new Entry.Resource(description(id), "/tokens/" + id);
    }
}
