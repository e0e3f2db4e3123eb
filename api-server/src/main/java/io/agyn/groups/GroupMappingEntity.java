package io.agyn.groups;

import io.agyn.api.model.MemberRole;
import io.agyn.members.MemberRoleConverter;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;

/** A stored group mapping: the users in a group are members of an organization. */
@Entity
@Table(name = "group_mapping")
class GroupMappingEntity extends StoredResource {
    @Column(name = "organization_id")
    UUID organizationId;

    @Column(name = "group_name")
    String group;

    @Convert(converter = MemberRoleConverter.class)
    MemberRole role;

    protected GroupMappingEntity() {}

    GroupMappingEntity(UUID organizationId, String group, MemberRole role) {
        begin();
        this.organizationId = organizationId;
        this.group = group;
        this.role = role;
    }
}
