package io.agyn.llm.providers;

import io.agyn.api.model.WebSocketMode;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class WebSocketModeConverter extends EnumConverter<WebSocketMode> {
    public WebSocketModeConverter() {
        super(WebSocketMode::fromValue);
    }
}
