package io.agyn.limits;

import io.agyn.api.model.LimitSubjectType;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class LimitSubjectTypeConverter extends EnumConverter<LimitSubjectType> {
    public LimitSubjectTypeConverter() {
        super(LimitSubjectType::fromValue);
    }
}
