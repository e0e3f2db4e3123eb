package io.agyn.invitations;

import io.agyn.api.model.InvitationStatus;
import io.agyn.storage.EnumConverter;
import jakarta.persistence.Converter;

@Converter
public class InvitationStatusConverter extends EnumConverter<InvitationStatus> {
    public InvitationStatusConverter() {
        super(InvitationStatus::fromValue);
    }
}
