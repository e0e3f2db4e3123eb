package io.agyn.users;

import io.agyn.api.model.UserState;
import io.agyn.rest.EnumColumn;
import jakarta.persistence.Converter;

/** Stores a {@link UserState}. */
@Converter
public class UserStates extends EnumColumn<UserState> {
    public UserStates() {
        super(UserState::fromValue);
    }
}
