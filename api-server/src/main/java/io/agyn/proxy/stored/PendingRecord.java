package io.agyn.proxy.stored;

import java.time.Instant;
import java.util.UUID;

/** A usage record to complete with the usage that a retrieval shows. */
public record PendingRecord(Instant startedAt, UUID id) {}
