package io.agyn.users;

import io.agyn.api.model.Role;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class RoleConverter extends EnumConverter<Role> {
    public RoleConverter() {
        super(Role::fromValue);
    }
}
