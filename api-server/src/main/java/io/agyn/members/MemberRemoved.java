package io.agyn.members;

import java.util.UUID;

/** A CDI event, sent within the transaction that removes a member. */
public record MemberRemoved(UUID organizationId, UUID userId) {}
