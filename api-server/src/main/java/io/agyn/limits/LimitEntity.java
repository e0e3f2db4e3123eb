package io.agyn.limits;

import io.agyn.api.model.LimitAction;
import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitSubjectType;
import io.agyn.api.model.LimitWindow;
import io.agyn.storage.StoredResource;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored limit. */
@Entity
@Table(name = "call_limit")
class LimitEntity extends StoredResource {
    @Column(name = "organization_id")
    UUID organizationId;

    String name;

    @Column(name = "subject_type")
    @Convert(converter = LimitSubjectTypeConverter.class)
    LimitSubjectType subjectType;

    /** Null for each resource of the type. */
    @Column(name = "subject_id")
    @Nullable
    UUID subjectId;

    @Convert(converter = LimitMeasureConverter.class)
    LimitMeasure measure;

    long amount;

    /** Null for concurrent calls. */
    @Column(name = "time_window")
    @Convert(converter = LimitWindowConverter.class)
    @Nullable
    LimitWindow window;

    @Convert(converter = LimitActionConverter.class)
    LimitAction action;

    // JPA and the resource set the fields.
    @SuppressWarnings("NullAway.Init")
    protected LimitEntity() {}

    /** Creates a limit whose other fields are to be set. */
    static LimitEntity in(UUID organizationId) {
        LimitEntity limit = new LimitEntity();
        limit.begin();
        limit.organizationId = organizationId;
        return limit;
    }
}
