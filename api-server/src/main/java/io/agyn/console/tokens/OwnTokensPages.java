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

/** All API tokens of a user. */
@Path("/console/tokens")
@SessionAuthenticated
@RunOnVirtualThread
public class OwnTokensPages extends TokensPages {
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
}
