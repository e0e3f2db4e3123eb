package io.agyn.console.tokens;

import io.agyn.access.SessionAuthenticated;
import io.agyn.console.Api;
import io.agyn.console.ListSources;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
import io.agyn.console.PickerFactory;
import io.agyn.rest.ResourceDiff;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Path;

/** The API tokens of a user, wherever they reach. */
@Path("/console/tokens")
@SessionAuthenticated
@RunOnVirtualThread
public class OwnTokensPages extends TokensPages {
    OwnTokensPages(
            Api api, ListSources lists, PickerFactory choices, ResourceDiff change, Page page, PageResponses pages) {
        super(api, lists, choices, change, page, pages);
    }
}
