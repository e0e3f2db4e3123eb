package io.agyn.limits;

import io.agyn.api.model.LimitMeasure;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class LimitMeasureConverter extends EnumConverter<LimitMeasure> {
    public LimitMeasureConverter() {
        super(LimitMeasure::fromValue);
    }
}
