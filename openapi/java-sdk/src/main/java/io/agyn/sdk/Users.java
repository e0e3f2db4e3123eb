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
import org.jspecify.annotations.Nullable;

/** The users of the server, for cluster admins. */
public final class Users {
    private final UsersApi api;
    private final Exchange exchange;

    Users(UsersApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates a user without memberships. The role defaults to user, the state to active.
     *
     * @param user the new user
     * @return the user as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another user has the username or the email address, ignoring case
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
     * Looks up a user by email address, which is unique on the server.
     *
     * @param email the email address, case-insensitive
     * @return the user; empty if not found
     */
    public Optional<User> find(String email) {
        requireNonNull(email, "email is null");
        return list(null, null, email).stream().findFirst();
    }

    /**
     * Looks up a user by username, which is unique on the server.
     *
     * @param username the exact username
     * @return the user; empty if not found
     */
    public Optional<User> findByUsername(String username) {
        requireNonNull(username, "username is null");
        return list(null, username, null).stream().findFirst();
    }

    /**
     * Lists all users.
     *
     * @return the users, fetched while iterating
     */
    public Listing<User> list() {
        return list(null, null, null);
    }

    /**
     * Lists the users with a name, which several may share.
     *
     * @param name the exact name
     * @return the users, fetched while iterating
     */
    public Listing<User> list(String name) {
        requireNonNull(name, "name is null");
        return list(name, null, null);
    }

    private Listing<User> list(@Nullable String name, @Nullable String username, @Nullable String email) {
        return new Listing<>((pageSize, pageToken) -> {
            UserList page = exchange.read(() ->
                    api.listUsersWithHttpInfo(pageSize, pageToken, name, username, email, null, null, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces a user. Without a username, the stored one stays; without an email address, the user has none. The API
     * tokens of a suspended user are rejected within a second.
     *
     * @param id the user's id
     * @param user the new state
     * @return the user as it is now
     * @throws NotFoundException if there is no such user
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another user has the username or the email address, or if it would leave no active
     *     cluster admin, or an organization without its last active owner
     */
    public User update(UUID id, UserUpdate user) {
        requireNonNull(id, "id is null");
        requireNonNull(user, "user is null");
        return exchange.write(() -> api.updateUserWithHttpInfo(id, user, null));
    }

    /**
     * Updates a user, like {@link #update(UUID, UserUpdate)}, but only if it has not changed since.
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
     * Deletes a user, like {@link #delete(UUID)}, but only if it has not changed since.
     *
     * @param id the user's id
     * @param etag the entity tag of the state to delete
     * @throws PreconditionFailedException if the user has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteUserWithHttpInfo(id, etag));
    }
}
