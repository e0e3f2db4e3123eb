package io.agyn.users;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.api.MeApi;
import io.agyn.api.model.Me;
import io.agyn.rest.Answers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;

/** The caller, over REST. */
@RunOnVirtualThread
class MeResource implements MeApi {
    private final Caller caller;
    private final Answers answers;

    MeResource(Caller caller, Answers answers) {
        this.caller = requireNonNull(caller, "caller is null");
        this.answers = requireNonNull(answers, "answers is null");
    }

    @Override
    public Response getMe() {
        return answers.ok(new Me()
                .id(caller.identity().userId())
                .name(caller.identity().userName())
                .role(caller.identity().role())
                .apiTokenId(caller.identity().tokenId())
                .organizationId(caller.identity().boundOrganization().orElse(null)));
    }
}
