package io.agyn.organizations;

import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "organization")
public class OrganizationEntity extends StoredResource {
    String name;

    String slug;

    @Column(name = "default_model_id")
    @Nullable
    UUID defaultModelId;

    /** An IANA time zone. */
    @Column(name = "time_zone")
    String timeZone = "UTC";

    protected OrganizationEntity() {}

    OrganizationEntity(String name, String slug) {
        begin();
        this.name = name;
        this.slug = slug;
    }
}
