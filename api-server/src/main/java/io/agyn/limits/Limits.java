package io.agyn.limits;

import io.agyn.api.model.LimitSubjectType;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.storage.RowLocks;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.UUID;

/** The stored limits. */
@ApplicationScoped
class Limits implements PanacheRepositoryBase<LimitEntity, UUID> {
    // The contract has the same number.
    private static final int MAX_LIMITS = 100;
    private static final String LIMIT = "organizationId = ?1 and id = ?2";
    private static final String MEMBER = "select count(*) from membership where organization_id = ?1 and user_id = ?2";
    // An unbound token reaches the organizations of its user.
    private static final String TOKEN = """
        select count(*) from api_token t
        where t.id = ?2 and (t.organization_id = ?1 or t.organization_id is null and exists (
            select from membership m where m.organization_id = ?1 and m.user_id = t.user_id))\
        """;

    LimitEntity get(UUID organizationId, UUID id) {
        return find(LIMIT, organizationId, id)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("limit"));
    }

    /** Returns a limit, locked until the transaction ends. */
    LimitEntity lock(UUID organizationId, UUID id) {
        RowLocks.againstDeletion(getEntityManager(), "organization", organizationId);
        return find(LIMIT, organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("limit"));
    }

    /**
     * Stores a limit.
     *
     * @throws ProblemException {@code limit_reached}, {@code name_taken}, or {@code reference_not_found}
     */
    void create(LimitEntity limit) {
        RowLocks.lockName(getEntityManager(), "limits of " + limit.organizationId);
        if (count("organizationId", limit.organizationId) >= MAX_LIMITS) {
            throw new ProblemException(
                    ProblemKind.LIMIT_REACHED, "The organization has " + MAX_LIMITS + " limits; delete some first.");
        }
        checkSubject(limit);
        persistAndFlush(limit);
    }

    /** Checks that the user or API token reaches the organization; foreign keys check other subjects. */
    void checkSubject(LimitEntity limit) {
        if (limit.subjectId == null) {
            return;
        }
        boolean exists =
                switch (limit.subjectType) {
                    case ORGANIZATION -> limit.subjectId.equals(limit.organizationId);
                    case USER -> counts(MEMBER, limit);
                    case API_TOKEN -> counts(TOKEN, limit);
                    case MODEL, LLM_PROVIDER -> true;
                };
        if (!exists) {
            throw ConstraintProblem.referenceNotFound(LimitContributions.SUBJECT, noun(limit.subjectType))
                    .exception();
        }
    }

    private boolean counts(String query, LimitEntity limit) {
        return ((Number) getEntityManager()
                                .createNativeQuery(query, Long.class)
                                .setParameter(1, limit.organizationId)
                                .setParameter(2, limit.subjectId)
                                .getSingleResult())
                        .longValue()
                > 0;
    }

    private static String noun(LimitSubjectType type) {
        return switch (type) {
            case ORGANIZATION -> "organization";
            case USER -> "user";
            case API_TOKEN -> "API token";
            case MODEL -> "model";
            case LLM_PROVIDER -> "LLM provider";
        };
    }

    /** Deletes the counters of a limit that counts something else now. */
    void reset(LimitEntity limit) {
        getEntityManager()
                .createNativeQuery("delete from limit_counter where limit_id = ?1")
                .setParameter(1, limit.id)
                .executeUpdate();
    }
}
