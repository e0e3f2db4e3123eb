package io.agyn.limits;

import io.agyn.api.model.LimitAction;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class LimitActionConverter extends EnumConverter<LimitAction> {
    public LimitActionConverter() {
        super(LimitAction::fromValue);
    }
}
