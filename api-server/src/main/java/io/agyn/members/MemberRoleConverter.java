package io.agyn.members;

import io.agyn.api.model.MemberRole;
import io.agyn.rest.EnumConverter;
import jakarta.persistence.Converter;

/** Stores a {@link MemberRole}. */
@Converter
public class MemberRoleConverter extends EnumConverter<MemberRole> {
    public MemberRoleConverter() {
        super(MemberRole::fromValue);
    }
}
