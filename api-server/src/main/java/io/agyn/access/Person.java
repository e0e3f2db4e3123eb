package io.agyn.access;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Role;
import java.util.Map;
import java.util.UUID;

/**
 * The user behind a credential.
 *
 * @param id the user's id
 * @param username the user's username
 * @param name the user's name
 * @param role the user's role in the cluster
 * @param memberships the user's role in each of their organizations
 */
public record Person(UUID id, String username, String name, Role role, Map<UUID, MemberRole> memberships) {
    public Person {
        memberships = Map.copyOf(memberships);
    }
}
