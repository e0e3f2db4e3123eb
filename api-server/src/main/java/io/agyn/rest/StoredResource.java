package io.agyn.rest;

import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** What every stored resource has: its id and its times, which order its lists. */
@MappedSuperclass
public abstract class StoredResource {
    @Id
    public UUID id;

    @Column(name = "created_at", nullable = false, updatable = false)
    public Instant createdAt;

    @Column(name = "updated_at", nullable = false)
    public Instant updatedAt;

    /** Gives a new resource its id and its times. */
    protected void begin() {
        id = Uuid7.next();
        createdAt = now();
        updatedAt = createdAt;
    }

    /** Notes that the resource was changed just now. */
    public void touch() {
        updatedAt = now();
    }

    /** A time as the contract writes it. */
    public static OffsetDateTime utc(Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /** PostgreSQL keeps microseconds; what is answered before and after a round trip must be the same. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
