package io.agyn.llm.models;

import io.agyn.api.model.ModelRouting;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class ModelRoutingConverter extends EnumConverter<ModelRouting> {
    public ModelRoutingConverter() {
        super(ModelRouting::fromValue);
    }
}
