package io.agyn.organizations;

import io.agyn.storage.StoredResource;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

@Entity
@Table(name = "organization")
public class OrganizationEntity extends StoredResource {
    String name;

    String slug;

    protected OrganizationEntity() {}

    OrganizationEntity(String name, String slug) {
        begin();
        this.name = name;
        this.slug = slug;
    }
}
