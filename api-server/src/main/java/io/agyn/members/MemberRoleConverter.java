package io.agyn.members;

import io.agyn.api.model.MemberRole;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class MemberRoleConverter extends EnumConverter<MemberRole> {
    public MemberRoleConverter() {
        super(MemberRole::fromValue);
    }
}
