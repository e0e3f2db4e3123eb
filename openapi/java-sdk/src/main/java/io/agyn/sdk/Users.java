package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.UsersApi;
import io.agyn.sdk.model.User;
import io.agyn.sdk.model.UserCreate;
import io.agyn.sdk.model.UserList;
import io.agyn.sdk.model.UserUpdate;
import java.util.Optional;
import java.util.UUID;

/** The users of the server, whom cluster admins manage. */
public final class Users {
    private final UsersApi api;
    private final Exchange exchange;

    Users(UsersApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates a user, without memberships. The default role is user, the default state active.
     *
     * @param user the new user
     * @return the user as it was created
     * @throws InvalidRequestException if it breaks a rule
     * @throws ConflictException if another user has the email address, case-insensitive
     */
    public User create(UserCreate user) {
        requireNonNull(user, "user is null");
        return exchange.create(key -> api.createUserWithHttpInfo(user, key));
    }

    /**
     * Reads a user.
     *
     * @param id the user's id
     * @return the user
     * @throws NotFoundException if it does not exist
     */
    public User get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getUserWithHttpInfo(id));
    }

    /**
     * Reads a user together with its entity tag.
     *
     * @param id the user's id
     * @return the user and the tag that makes a later update or deletion conditional
     * @throws NotFoundException if it does not exist
     */
    public Versioned<User> getVersioned(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.readVersioned(() -> api.getUserWithHttpInfo(id));
    }

    /**
     * Looks a user up by the email address, which is unique on the server.
     *
     * @param email the email address, case-insensitive
     * @return the user; empty if none has this address
     */
    public Optional<User> find(String email) {
        requireNonNull(email, "email is null");
        return list(null, email).stream().findFirst();
    }

    /**
     * Lists all users.
     *
     * @return the users, fetched while iterating
     */
    public Listing<User> list() {
        return list(null, null);
    }

    /**
     * Lists the users with a name, which is not unique.
     *
     * @param name the exact name
     * @return the users, fetched while iterating
     */
    public Listing<User> list(String name) {
        requireNonNull(name, "name is null");
        return list(name, null);
    }

    private Listing<User> list(String name, String email) {
        return new Listing<>((pageSize, pageToken) -> {
            UserList page =
                    exchange.read(() -> api.listUsersWithHttpInfo(pageSize, pageToken, name, email, null, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces a user. All fields are given; a suspended user's API tokens are refused within a second.
     *
     * @param id the user's id
     * @param user the new state
     * @return the user as it is now
     * @throws NotFoundException if there is no such user
     * @throws InvalidRequestException if the new state breaks a rule
     * @throws ConflictException if another user has the email address, or for the last active cluster admin or the last
     *     active owner of an organization
     */
    public User update(UUID id, UserUpdate user) {
        requireNonNull(id, "id is null");
        requireNonNull(user, "user is null");
        return exchange.write(() -> api.updateUserWithHttpInfo(id, user, null));
    }

    /**
     * Updates a user, as {@link #update(UUID, UserUpdate)} does, if it has not changed since.
     *
     * @param id the user's id
     * @param user the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the user as it is now and its new entity tag
     * @throws PreconditionFailedException if the user has changed since
     */
    public Versioned<User> update(UUID id, UserUpdate user, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(user, "user is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateUserWithHttpInfo(id, user, etag));
    }

    /**
     * Deletes a user with their API tokens and memberships.
     *
     * @param id the user's id
     * @throws NotFoundException if there is no such user
     * @throws ConflictException if it is the last active cluster admin, or the last active owner of an organization
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteUserWithHttpInfo(id, null));
    }

    /**
     * Deletes a user, as {@link #delete(UUID)} does, if it has not changed since.
     *
     * @param id the user's id
     * @param etag the entity tag of the expected state
     * @throws PreconditionFailedException if the user has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteUserWithHttpInfo(id, etag));
    }
}
