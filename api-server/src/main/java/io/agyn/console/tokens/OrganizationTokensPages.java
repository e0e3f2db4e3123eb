package io.agyn.console.tokens;

import io.agyn.access.SessionAuthenticated;
import io.agyn.console.Api;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.rest.ChangeRecorder;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Path;

/** The API tokens of a user that are bound to an organization. */
@Path("/console/organizations/{organization}/tokens")
@SessionAuthenticated
@RunOnVirtualThread
public class OrganizationTokensPages extends TokensPages {
    OrganizationTokensPages(
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
}
