package io.agyn.oidc;

import io.agyn.access.Credential;
import io.agyn.access.Identity;
import io.agyn.api.model.UserState;
import io.agyn.members.MemberEntity;
import io.agyn.members.UserIdentity;
import io.agyn.users.UserEntity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** The identities of users who authenticated at the identity provider. */
@ApplicationScoped
public class UserIdentities {
    private static final String STORED = """
        select holder, membership
        from UserEntity holder
        left join MemberEntity membership on membership.user = holder
        where holder.id = :id\
        """;

    private final EntityManager entities;

    UserIdentities(EntityManager entities) {
        this.entities = entities;
    }

    /**
     * Looks up an active user.
     *
     * @param credential creates the credential from the user's id
     * @return the identity; empty if the user was deleted or is suspended
     */
    @Transactional
    public Optional<Identity> find(UUID userId, Function<UUID, Credential> credential) {
        // In one query, so that user and memberships are consistent.
        List<Object[]> rows = entities.createQuery(STORED, Object[].class)
                .setParameter("id", userId)
                .getResultList();
        if (rows.isEmpty() || ((UserEntity) rows.getFirst()[0]).state != UserState.ACTIVE) {
            return Optional.empty();
        }
        UserEntity user = (UserEntity) rows.getFirst()[0];
        List<MemberEntity> members = rows.stream()
                .map(row -> (MemberEntity) row[1])
                .filter(Objects::nonNull)
                .toList();
        return Optional.of(UserIdentity.of(user, members, credential.apply(userId)));
    }
}
