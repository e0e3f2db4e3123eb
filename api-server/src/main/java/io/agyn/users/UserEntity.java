package io.agyn.users;

import io.agyn.api.model.Role;
import io.agyn.rest.StoredResource;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** A stored user. */
@Entity
@Table(name = "app_user")
public class UserEntity extends StoredResource {
    public String name;

    @Convert(converter = Roles.class)
    public Role role;

    protected UserEntity() {}

    public UserEntity(String name, Role role) {
        begin();
        this.name = name;
        this.role = role;
    }
}
