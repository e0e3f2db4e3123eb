package io.agyn.access;

import io.agyn.contract.Uuids;
import jakarta.enterprise.context.RequestScoped;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The ids in the path of the current operation, by the contract's parameter names. */
@RequestScoped
public class PathIds {
    private static final String ORGANIZATION = "organization_id";

    private Map<String, String> ids = Map.of();

    void set(Map<String, String> ids) {
        this.ids = Map.copyOf(ids);
    }

    /** Returns an id; empty if it is missing or not a UUID. */
    public Optional<UUID> of(String name) {
        return Optional.ofNullable(ids.get(name)).flatMap(Uuids::parse);
    }

    public Optional<UUID> organization() {
        return of(ORGANIZATION);
    }

    /** Whether the path has an organization, valid or not. */
    boolean nameAnOrganization() {
        return ids.containsKey(ORGANIZATION);
    }

    /** The id of the resource within an organization, or else of the organization. */
    public Optional<UUID> innermost() {
        return ids.keySet().stream()
                .filter(name -> !name.equals(ORGANIZATION))
                .findFirst()
                .map(this::of)
                .orElseGet(this::organization);
    }
}
