package io.agyn.users;

import static java.util.Objects.requireNonNull;

import io.agyn.api.UsersApi;
import io.agyn.api.model.Role;
import io.agyn.api.model.User;
import io.agyn.api.model.UserCreate;
import io.agyn.api.model.UserList;
import io.agyn.api.model.UserState;
import io.agyn.api.model.UserUpdate;
import io.agyn.audit.Audited;
import io.agyn.idempotency.Idempotent;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class UsersResource implements UsersApi {
    private final Users users;
    private final ResourceResponses responses;

    UsersResource(Users users, ResourceResponses responses) {
        this.users = requireNonNull(users, "users is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listUsers(
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String username,
            @Nullable String email,
            @Nullable String search,
            @Nullable Role role,
            @Nullable UserState state,
            @Nullable String oidcSubject) {
        Selection selection = Selection.all()
                .with("name", name)
                .with("username", username)
                .with("lower(email)", email == null ? null : email.toLowerCase(Locale.ROOT))
                .containing(search, "name", "username", "email")
                .with("role", role)
                .with("state", state)
                .with("oidcSubject", oidcSubject);
        var page = Paging.read(users, selection, new Paging.Request(pageSize, pageToken))
                .map(UsersResource::read);
        return responses.ok(new UserList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createUser(UserCreate body, @Nullable String idempotencyKey) {
        UserEntity user = new UserEntity(
                body.getUsername(),
                body.getName(),
                body.getEmail(),
                Objects.requireNonNullElse(body.getRole(), Role.USER),
                Objects.requireNonNullElse(body.getState(), UserState.ACTIVE));
        users.persistAndFlush(user);
        return responses.created(read(user), "/users/" + user.id);
    }

    @Override
    public Response getUser(UUID userId) {
        return responses.ok(read(users.get(userId)));
    }

    @Override
    public Response updateUser(UUID userId, UserUpdate body, @Nullable String ifMatch) {
        UserEntity user = users.lock(userId);
        return responses.updated(
                ifMatch,
                () -> read(user),
                () -> users.change(
                        user, body.getUsername(), body.getName(), body.getEmail(), body.getRole(), body.getState()));
    }

    @Override
    public Response deleteUser(UUID userId, @Nullable String ifMatch) {
        UserEntity user = users.lock(userId);
        return responses.deleted(ifMatch, read(user), () -> users.deleteCascading(user));
    }

    private static User read(UserEntity user) {
        return new User()
                .id(user.id)
                .username(user.username)
                .name(user.name)
                .email(user.email)
                .role(user.role)
                .state(user.state)
                .oidcSubject(user.oidcSubject)
                .createdAt(StoredResource.utc(user.createdAt))
                .updatedAt(StoredResource.utc(user.updatedAt));
    }
}
