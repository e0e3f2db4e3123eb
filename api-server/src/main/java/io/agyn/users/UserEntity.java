package io.agyn.users;

import io.agyn.api.model.Role;
import io.agyn.api.model.UserState;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.BatchSize;
import org.hibernate.annotations.Generated;
import org.hibernate.generator.EventType;
import org.jspecify.annotations.Nullable;

/** A stored user. The users of a page of members are loaded in one batch. */
@Entity
@Table(name = "app_user")
@BatchSize(size = 1000)
public class UserEntity extends StoredResource {
    /** Unique. The database derives it on insert from the email address or the name if it is null. */
    @Generated(event = EventType.INSERT, writable = true)
    @SuppressWarnings("NullAway.Init")
    public String username;

    public String name;

    /** Unique, ignoring case. */
    public @Nullable String email;

    /** The organization that the user chose as home; null without a choice. The user may no longer be a member. */
    @Column(name = "home_organization_id")
    public @Nullable UUID homeOrganizationId;

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

    /** Whether the user is a cluster admin by the settings of the identity provider, and only as long as they apply. */
    @Column(name = "oidc_admin")
    public boolean oidcAdmin;

    /** The hash of the groups that the identity provider reported last; null before. */
    @Column(name = "oidc_groups_hash")
    public byte @Nullable [] oidcGroupsHash;

    /** When the token with these groups was issued. */
    @Column(name = "oidc_groups_at")
    public @Nullable Instant oidcGroupsAt;

    protected UserEntity() {}

    /**
     * Creates an entity.
     *
     * @param username the username; null to derive it
     */
    public UserEntity(@Nullable String username, String name, @Nullable String email, Role role, UserState state) {
        begin();
        if (username != null) {
            this.username = username;
        }
        this.name = name;
        this.email = email;
        this.role = role;
        this.state = state;
    }

    boolean isActiveAdmin() {
        return role == Role.CLUSTER_ADMIN && state == UserState.ACTIVE;
    }
}
