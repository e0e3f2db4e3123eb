package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.api.OrganizationApiTokensApi;
import io.agyn.api.model.ApiTokenList;
import io.agyn.audit.Audited;
import io.agyn.contract.Uuids;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.time.OffsetDateTime;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The API tokens of all users that are bound to an organization, for its owners. */
@RunOnVirtualThread
@Transactional
@Audited
class OrganizationApiTokensResource implements OrganizationApiTokensApi {
    private final ApiTokens tokens;
    private final ResourceResponses responses;

    OrganizationApiTokensResource(ApiTokens tokens, ResourceResponses responses) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listOrganizationApiTokens(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable UUID userId,
            @Nullable String search,
            @Nullable Boolean used,
            @Nullable OffsetDateTime expiresBefore,
            @Nullable Set<String> ids) {
        Selection selection = Selection.in(organizationId)
                .with("user.id", userId)
                .containing(search, "description")
                .filled("lastUsedAt", used)
                .withOneOf("id", Uuids.list(ids))
                .before("expiresAt", expiresBefore == null ? null : expiresBefore.toInstant());
        var page = Paging.read(tokens, selection, new Paging.Request(pageSize, pageToken))
                .map(ApiTokensResource::read);
        return responses.ok(new ApiTokenList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response deleteOrganizationApiToken(UUID organizationId, UUID apiTokenId, @Nullable String ifMatch) {
        ApiTokenEntity token = tokens.lockBound(organizationId, apiTokenId);
        return responses.deleted(ifMatch, ApiTokensResource.read(token), () -> {
            tokens.delete(token);
            tokens.flush();
        });
    }
}
