package io.agyn.console.tokens;

import io.agyn.access.BySession;
import io.agyn.console.Api;
import io.agyn.console.Choices;
import io.agyn.console.Lists;
import io.agyn.console.Page;
import io.agyn.console.Pages;
import io.agyn.rest.Change;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Path;

/** The API tokens of a user, wherever they reach. */
@Path("/console/tokens")
@BySession
@RunOnVirtualThread
public class OwnTokensPages extends TokensPages {
    OwnTokensPages(Api api, Lists lists, Choices choices, Change change, Page page, Pages pages) {
        super(api, lists, choices, change, page, pages);
    }
}
