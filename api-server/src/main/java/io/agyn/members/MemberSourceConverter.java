package io.agyn.members;

import io.agyn.api.model.MemberSource;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class MemberSourceConverter extends EnumConverter<MemberSource> {
    public MemberSourceConverter() {
        super(MemberSource::fromValue);
    }
}
