package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.LimitsApi;
import io.agyn.sdk.model.Limit;
import io.agyn.sdk.model.LimitCreate;
import io.agyn.sdk.model.LimitList;
import io.agyn.sdk.model.LimitUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The limits on the calls and tokens of an organization. */
public final class Limits {
    private final UUID organizationId;
    private final LimitsApi api;
    private final Exchange exchange;

    Limits(UUID organizationId, LimitsApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates a limit, which is effective within a second.
     *
     * @param limit the new limit
     * @return the limit as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization, or no such resource in it
     * @throws ConflictException if the name is taken, or the organization has 100 limits
     */
    public Limit create(LimitCreate limit) {
        requireNonNull(limit, "limit is null");
        return exchange.create(key -> api.createLimitWithHttpInfo(organizationId, limit, key));
    }

    /**
     * Reads a limit with its current state.
     *
     * @param id the limit's id
     * @return the limit
     * @throws NotFoundException if it does not exist
     */
    public Limit get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getLimitWithHttpInfo(organizationId, id));
    }

    /**
     * Looks up a limit by its name.
     *
     * @param name the exact name
     * @return the limit; empty if not found
     */
    public Optional<Limit> find(String name) {
        return listing(requireNonNull(name, "name is null")).stream().findFirst();
    }

    /**
     * Lists all limits of the organization.
     *
     * @return the limits, fetched while iterating
     */
    public Listing<Limit> list() {
        return listing(null);
    }

    private Listing<Limit> listing(@Nullable String name) {
        return new Listing<>((pageSize, pageToken) -> {
            LimitList page =
                    exchange.read(() -> api.listLimitsWithHttpInfo(organizationId, pageSize, pageToken, name, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces a limit.
     *
     * @param id the limit's id
     * @param limit the new state
     * @return the limit as it is now
     * @throws NotFoundException if it does not exist
     * @throws InvalidRequestException if a field is invalid
     */
    public Limit update(UUID id, LimitUpdate limit) {
        requireNonNull(id, "id is null");
        requireNonNull(limit, "limit is null");
        return exchange.write(() -> api.updateLimitWithHttpInfo(organizationId, id, limit, null));
    }

    /**
     * Deletes a limit.
     *
     * @param id the limit's id
     * @throws NotFoundException if it does not exist
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteLimitWithHttpInfo(organizationId, id, null));
    }
}
