package io.agyn.users;

import io.agyn.api.model.Role;
import io.agyn.api.model.UserState;
import io.agyn.rest.StoredResource;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.BatchSize;

/** A stored user. Those of a whole page of members are read at once. */
@Entity
@Table(name = "app_user")
@BatchSize(size = 1000)
public class UserEntity extends StoredResource {
    public String name;

    /** Null for the first administrator, until one is given. */
    public String email;

    @Convert(converter = RoleConverter.class)
    public Role role;

    @Convert(converter = UserStateConverter.class)
    public UserState state;

    protected UserEntity() {}

    public UserEntity(String name, String email, Role role, UserState state) {
        begin();
        this.name = name;
        this.email = email;
        this.role = role;
        this.state = state;
    }

    /** Whether it is a cluster admin whose API tokens work. */
    boolean isActiveAdmin() {
        return role == Role.CLUSTER_ADMIN && state == UserState.ACTIVE;
    }
}
