package io.agyn.users;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Role;
import io.agyn.api.model.UserState;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Query;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The stored users and their rules. */
@ApplicationScoped
public class Users implements PanacheRepositoryBase<UserEntity, UUID> {
    private final Ownership ownership;

    Users(Ownership ownership) {
        this.ownership = requireNonNull(ownership, "ownership is null");
    }

    UserEntity get(UUID id) {
        return findByIdOptional(id).orElseThrow(() -> ProblemException.notFound("user"));
    }

    /** Returns the user with an email address, ignoring case. */
    public Optional<UserEntity> withEmail(String email) {
        return find("lower(email) = ?1", email.toLowerCase(Locale.ROOT)).firstResultOptional();
    }

    /** Returns the user with an id at an identity provider. */
    public Optional<UserEntity> withSubject(String issuer, String subject) {
        return find("oidcIssuer = ?1 and oidcSubject = ?2", issuer, subject).firstResultOptional();
    }

    /** Whether the cluster has an active admin other than a user. */
    public boolean hasAnotherActiveAdmin(UUID userId) {
        return count("role = ?1 and state = ?2 and id <> ?3", Role.CLUSTER_ADMIN, UserState.ACTIVE, userId) > 0;
    }

    /** Returns the user with a username. */
    public Optional<UserEntity> withUsername(String username) {
        return find("username", username).firstResultOptional();
    }

    /**
     * Returns a user, locked until the transaction ends. All other changes of ownership wait, so that the remaining
     * owners are known.
     */
    public UserEntity lock(UUID id) {
        ownership.lock();
        return lockRow(id);
    }

    /** Returns a user, locked until the transaction ends, for changes that affect no ownership. */
    UserEntity lockRow(UUID id) {
        UserEntity user = findById(id, LockModeType.PESSIMISTIC_WRITE);
        if (user == null) {
            throw ProblemException.notFound("user");
        }
        return user;
    }

    /**
     * Returns a free username. Until the transaction ends, no other transaction derives one.
     *
     * @param wishes texts to derive it from, such as names; the first with Latin letters or digits is used
     */
    public String freeUsername(List<String> wishes) {
        String parameters = IntStream.rangeClosed(1, wishes.size())
                .mapToObj(i -> "cast(?" + i + " as text)")
                .collect(Collectors.joining(", "));
        Query query = getEntityManager().createNativeQuery("select free_username(" + parameters + ")", String.class);
        for (int i = 0; i < wishes.size(); i++) {
            query.setParameter(i + 1, wishes.get(i));
        }
        return (String) query.getSingleResult();
    }

    /** Returns the organization of a user's oldest membership. */
    Optional<UUID> oldestOrganization(UUID userId) {
        return getEntityManager()
                .createNativeQuery(
                        "select organization_id from membership where user_id = ?1 order by created_at, id limit 1",
                        UUID.class)
                .setParameter(1, userId)
                .getResultStream()
                .map(UUID.class::cast)
                .findFirst();
    }

    /**
     * Changes a locked user.
     *
     * @param username the new username; null keeps the present one
     * @throws ProblemException {@code last_cluster_admin} or {@code last_owner} if nobody would be left
     */
    void change(
            UserEntity user,
            @Nullable String username,
            String name,
            @Nullable String email,
            Role role,
            UserState state) {
        boolean wasActive = user.state == UserState.ACTIVE;
        boolean wasAdmin = user.isActiveAdmin();
        if (username != null) {
            user.username = username;
        }
        user.name = name;
        user.email = email;
        user.role = role;
        user.state = state;
        user.touch();
        if (wasAdmin && !user.isActiveAdmin()) {
            requireAnotherAdmin(user);
        }
        if (wasActive && state == UserState.SUSPENDED) {
            ownership.requireAnotherOwner(user.id);
        }
        flush();
    }

    /**
     * Deletes a locked user; the database also deletes their API tokens and memberships.
     *
     * @throws ProblemException {@code last_cluster_admin} or {@code last_owner} if nobody would be left
     */
    void deleteCascading(UserEntity user) {
        if (user.isActiveAdmin()) {
            requireAnotherAdmin(user);
        }
        if (user.state == UserState.ACTIVE) {
            ownership.requireAnotherOwner(user.id);
        }
        delete(user);
        flush();
    }

    private void requireAnotherAdmin(UserEntity user) {
        if (!hasAnotherActiveAdmin(user.id)) {
            throw new ProblemException(
                    ProblemKind.LAST_CLUSTER_ADMIN,
                    "The user is the last active cluster admin; make another user a cluster admin first.");
        }
    }
}
