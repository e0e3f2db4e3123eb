package io.agyn.storage;

import io.agyn.ids.Uuid7;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The id and times of every stored resource, which order its lists. */
@MappedSuperclass
public abstract class StoredResource {
    @Id
    public UUID id;

    @Column(name = "created_at", nullable = false, updatable = false)
    public Instant createdAt;

    @Column(name = "updated_at", nullable = false)
    public Instant updatedAt;

    /** Sets the id and times of a new resource. */
    protected void begin() {
        id = Uuid7.next();
        createdAt = now();
        updatedAt = createdAt;
    }

    /** Sets the time of the last change. */
    public void touch() {
        updatedAt = now();
    }

    /** Converts a time to the contract's type. */
    public static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /** PostgreSQL stores microseconds; responses before and after a round trip must be equal. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
