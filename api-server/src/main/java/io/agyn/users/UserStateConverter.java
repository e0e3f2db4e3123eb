package io.agyn.users;

import io.agyn.api.model.UserState;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class UserStateConverter extends EnumConverter<UserState> {
    public UserStateConverter() {
        super(UserState::fromValue);
    }
}
