package io.agyn.members;

import io.agyn.api.model.MemberRole;
import io.agyn.rest.EnumColumn;
import jakarta.persistence.Converter;

/** Stores a {@link MemberRole}. */
@Converter
public class MemberRoles extends EnumColumn<MemberRole> {
    public MemberRoles() {
        super(MemberRole::fromValue);
    }
}
