package io.agyn.members;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.MemberSource;
import io.agyn.storage.StoredResource;
import io.agyn.users.UserEntity;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.UUID;

/** A user's stored membership in an organization. Memberships by group are written by {@code io.agyn.groups}. */
@Entity
@Table(name = "membership")
public class MemberEntity extends StoredResource {
    @Column(name = "organization_id")
    public UUID organizationId;

    @ManyToOne(optional = false, fetch = FetchType.LAZY)
    @JoinColumn(name = "user_id")
    public UserEntity user;

    @Convert(converter = MemberRoleConverter.class)
    public MemberRole role;

    @Convert(converter = MemberSourceConverter.class)
    MemberSource source;

    protected MemberEntity() {}

    /** A manual member. */
    MemberEntity(UUID organizationId, UserEntity user, MemberRole role) {
        begin();
        this.organizationId = organizationId;
        this.user = user;
        this.role = role;
        this.source = MemberSource.MANUAL;
    }
}
