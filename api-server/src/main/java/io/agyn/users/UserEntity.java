package io.agyn.users;

import io.agyn.api.model.Role;
import io.agyn.api.model.UserState;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.BatchSize;
import org.jspecify.annotations.Nullable;

/** A stored user. The users of a page of members are loaded in one batch. */
@Entity
@Table(name = "app_user")
@BatchSize(size = 1000)
public class UserEntity extends StoredResource {
    public String name;

    /** Null for the first cluster admin, until it is set. */
    public @Nullable String email;

    @Convert(converter = RoleConverter.class)
    public Role role;

    @Convert(converter = UserStateConverter.class)
    public UserState state;

    /** The identity provider's issuer; null together with the subject. */
    @Column(name = "oidc_issuer")
    public @Nullable String oidcIssuer;

    /** The user's id at the identity provider; null if the user never signed in with it. */
    @Column(name = "oidc_subject")
    public @Nullable String oidcSubject;

    /** Whether the settings made the user a cluster admin, which ends with them. */
    @Column(name = "oidc_admin")
    public boolean oidcAdmin;

    protected UserEntity() {}

    public UserEntity(String name, @Nullable String email, Role role, UserState state) {
        begin();
        this.name = name;
        this.email = email;
        this.role = role;
        this.state = state;
    }

    boolean isActiveAdmin() {
        return role == Role.CLUSTER_ADMIN && state == UserState.ACTIVE;
    }
}
