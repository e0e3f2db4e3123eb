package io.agyn.users;

import io.agyn.api.model.Role;
import io.agyn.rest.EnumColumn;
import jakarta.persistence.Converter;

/** Stores a {@link Role}. */
@Converter
public class Roles extends EnumColumn<Role> {
    public Roles() {
        super(Role::fromValue);
    }
}
