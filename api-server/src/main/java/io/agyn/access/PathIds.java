package io.agyn.access;

import io.agyn.contract.Uuids;
import jakarta.enterprise.context.RequestScoped;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The ids that the path of the operation holds that is called, by the names of the contract's parameters. */
@RequestScoped
public class PathIds {
    private static final String ORGANIZATION = "organization_id";

    private Map<String, String> ids = Map.of();

    void set(Map<String, String> ids) {
        this.ids = Map.copyOf(ids);
    }

    /** The id of a name; nothing where there is none, or it is no UUID. */
    public Optional<UUID> of(String name) {
        return Optional.ofNullable(ids.get(name)).flatMap(Uuids::parse);
    }

    /** The organization's. */
    public Optional<UUID> organization() {
        return of(ORGANIZATION);
    }

    /** Whether it names an organization, be it one that cannot be. */
    boolean nameOrganization() {
        return ids.containsKey(ORGANIZATION);
    }

    /** What it names within an organization, or else the organization. */
    public Optional<UUID> innermost() {
        return ids.keySet().stream()
                .filter(name -> !name.equals(ORGANIZATION))
                .findFirst()
                .map(this::of)
                .orElseGet(this::organization);
    }
}
