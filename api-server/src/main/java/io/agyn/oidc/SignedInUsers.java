package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Role;
import io.agyn.api.model.UserState;
import io.agyn.audit.UserProvisioningLog;
import io.agyn.hash.Sha256;
import io.agyn.storage.RowLocks;
import io.agyn.users.UserEntity;
import io.agyn.users.Users;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * The users behind the identity provider's tokens. Their key is issuer and subject. An email links a token to an existing user
 * only if the provider has verified it, and the user has no subject yet.
 */
@Singleton
public class SignedInUsers {
    private static final Logger LOG = Logger.getLogger(SignedInUsers.class);

    private final Users users;
    private final EntityManager entities;
    private final IdentityProvider provider;
    private final UserProvisioningLog audit;
    private final Event<GroupsObserved> groupsObserved;

    SignedInUsers(
            Users users,
            EntityManager entities,
            IdentityProvider provider,
            UserProvisioningLog audit,
            Event<GroupsObserved> groupsObserved) {
        this.users = requireNonNull(users, "users is null");
        this.entities = requireNonNull(entities, "entities is null");
        this.provider = requireNonNull(provider, "provider is null");
        this.audit = requireNonNull(audit, "audit is null");
        this.groupsObserved = requireNonNull(groupsObserved, "groupsObserved is null");
    }

    /**
     * Finds or creates the user of a verified token, and applies the token's groups and the settings for cluster admins.
     *
     * @return the user's id; the user may be suspended
     */
    public UUID signIn(Profile profile) {
        return QuarkusTransaction.joiningExisting().call(() -> {
            UserEntity user = find(profile).orElseGet(() -> create(profile));
            if (user.state == UserState.ACTIVE && !isOutdated(user, profile)) {
                applyRole(user, profile);
                profile.groups()
                        .ifPresent(
                                groups -> groupsObserved.fire(new GroupsObserved(user.id, groups, profile.issuedAt())));
            }
            return user.id;
        });
    }

    /**
     * Whether the token was issued before another one with other groups. An older access token must not restore permissions that
     * the user has lost.
     */
    private boolean isOutdated(UserEntity user, Profile profile) {
        if (profile.groups().isEmpty()) {
            return false;
        }
        byte[] hash = Sha256.of(String.join("\n", new TreeSet<>(profile.groups().get())));
        if (Arrays.equals(hash, user.oidcGroupsHash)) {
            return false;
        }
        if (user.oidcGroupsAt != null && profile.issuedAt().isBefore(user.oidcGroupsAt)) {
            return true;
        }
        user.oidcGroupsHash = hash;
        user.oidcGroupsAt = profile.issuedAt();
        users.flush();
        return false;
    }

    private Optional<UserEntity> find(Profile profile) {
        return users.withSubject(profile.issuer(), profile.subject());
    }

    private UserEntity create(Profile profile) {
        // Two tokens of a new user arrive at once, possibly on two servers.
        RowLocks.lockName(entities, "sign-in of " + profile.issuer() + " " + profile.subject());
        Optional<UserEntity> other = find(profile);
        if (other.isPresent()) {
            return other.get();
        }
        Optional<UserEntity> sameEmail = profile.email().flatMap(users::withEmail);
        // Another subject may have the same email.
        sameEmail.ifPresent(user -> entities.refresh(user, LockModeType.PESSIMISTIC_WRITE));
        if (sameEmail.filter(user -> user.oidcSubject == null).isPresent()) {
            return link(sameEmail.get(), profile);
        }
        UserEntity user = new UserEntity(
                users.freeUsername(profile.usernames()),
                profile.displayName(),
                sameEmail.isPresent() ? null : profile.email().orElse(null),
                Role.USER,
                UserState.ACTIVE);
        user.oidcIssuer = profile.issuer();
        user.oidcSubject = profile.subject();
        users.persistAndFlush(user);
        audit.add("createUser", user.id, user.name, List.of("email", "name", "oidc_subject", "username"));
        LOG.infof("User %s was created at the first sign-in", user.id);
        return user;
    }

    private UserEntity link(UserEntity user, Profile profile) {
        user.oidcIssuer = profile.issuer();
        user.oidcSubject = profile.subject();
        user.touch();
        users.flush();
        audit.add("linkUser", user.id, user.name, List.of("oidc_subject"));
        LOG.infof("User %s was linked to the identity provider by a verified email", user.id);
        return user;
    }

    /** Unknown groups change nothing. */
    private void applyRole(UserEntity user, Profile profile) {
        OidcConfig config = provider.config().orElseThrow();
        boolean byEmail = profile.email()
                .map(email -> email.toLowerCase(Locale.ROOT))
                .filter(config.adminEmails()::contains)
                .isPresent();
        Optional<Boolean> byGroup = config.adminGroup().isEmpty()
                ? Optional.of(false)
                : profile.groups()
                        .map(groups -> groups.contains(config.adminGroup().get()));
        if (byEmail || byGroup.orElse(false)) {
            if (user.role != Role.CLUSTER_ADMIN) {
                setAdmin(user, true);
            }
        } else if (user.oidcAdmin && byGroup.isPresent() && isEmailKnown(profile, config)) {
            users.lock(user.id);
            if (users.hasAnotherActiveAdmin(user.id)) {
                setAdmin(user, false);
            } else {
                LOG.warnf(
                        "User %s stays cluster admin although the settings do not name them any more, because there is no"
                                + " other active cluster admin",
                        user.id);
            }
        }
    }

    private static boolean isEmailKnown(Profile profile, OidcConfig config) {
        return config.adminEmails().isEmpty() || profile.email().isPresent();
    }

    private void setAdmin(UserEntity user, boolean isAdmin) {
        user.role = isAdmin ? Role.CLUSTER_ADMIN : Role.USER;
        user.oidcAdmin = isAdmin;
        user.touch();
        users.flush();
        audit.add("updateUser", user.id, user.name, List.of("role"));
        LOG.infof(
                "User %s %s cluster admin by AGYN_OIDC_CLUSTER_ADMINS or AGYN_OIDC_CLUSTER_ADMIN_GROUP",
                user.id, isAdmin ? "became" : "is no longer");
    }
}
