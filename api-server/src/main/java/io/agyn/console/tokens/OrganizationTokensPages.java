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

/** The API tokens of a user that are bound to an organization. */
@Path("/console/organizations/{organization}/tokens")
@SessionAuthenticated
@RunOnVirtualThread
public class OrganizationTokensPages extends TokensPages {
    OrganizationTokensPages(
            Api api, ListSources lists, PickerFactory choices, ResourceDiff change, Page page, PageResponses pages) {
        super(api, lists, choices, change, page, pages);
    }
}
