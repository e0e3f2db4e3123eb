package io.agyn.limits;

import io.agyn.api.model.LimitWindow;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class LimitWindowConverter extends EnumConverter<LimitWindow> {
    public LimitWindowConverter() {
        super(LimitWindow::fromValue);
    }
}
