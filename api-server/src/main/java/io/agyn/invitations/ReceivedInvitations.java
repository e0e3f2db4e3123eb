package io.agyn.invitations;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.ReceivedInvitation;
import io.agyn.storage.StoredResource;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Reads invitations with the names that their invited users see. */
@Singleton
class ReceivedInvitations {
    private final EntityManager entities;

    ReceivedInvitations(EntityManager entities) {
        this.entities = requireNonNull(entities, "entities is null");
    }

    List<ReceivedInvitation> of(List<InvitationEntity> invitations) {
        Map<UUID, Object[]> organizations = rows(
                "select o.id, o.name, o.slug from organization o where o.id in (?1)",
                invitations.stream()
                        .map(invitation -> invitation.organizationId)
                        .collect(Collectors.toSet()));
        Map<UUID, Object[]> inviters = rows(
                "select u.id, u.name from app_user u where u.id in (?1)",
                invitations.stream()
                        .map(invitation -> invitation.invitedById)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()));
        Instant now = Instant.now();
        return invitations.stream()
                // An organization may be deleted meanwhile.
                .filter(invitation -> organizations.containsKey(invitation.organizationId))
                .map(invitation -> {
                    Object[] organization = requireNonNull(organizations.get(invitation.organizationId));
                    Object[] inviter = inviters.get(invitation.invitedById);
                    return new ReceivedInvitation()
                            .id(invitation.id)
                            .organizationId(invitation.organizationId)
                            .organizationName((String) organization[1])
                            .organizationSlug((String) organization[2])
                            .invitedBy(inviter == null ? null : (String) inviter[1])
                            .role(invitation.role)
                            .status(invitation.statusAt(now))
                            .expiresAt(StoredResource.utc(invitation.expiresAt))
                            .createdAt(StoredResource.utc(invitation.createdAt))
                            .updatedAt(StoredResource.utc(invitation.updatedAt));
                })
                .toList();
    }

    /** Returns the rows of a query by their first column; {@code ?1} stands for the ids. */
    private Map<UUID, Object[]> rows(String query, Set<UUID> ids) {
        Map<UUID, Object[]> rows = new HashMap<>();
        if (!ids.isEmpty()) {
            for (Object row : entities.createNativeQuery(query, Object[].class)
                    .setParameter(1, ids)
                    .getResultList()) {
                Object[] columns = (Object[]) row;
                rows.put((UUID) columns[0], columns);
            }
        }
        return rows;
    }
}
