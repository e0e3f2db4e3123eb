package io.agyn.llm.models;

import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;

@ApplicationScoped
public class Models implements PanacheRepositoryBase<ModelEntity, UUID> {
    /** Returns the organization of a model; empty for an unknown id. */
    public Optional<UUID> organizationOf(UUID id) {
        return findByIdOptional(id).map(model -> model.organizationId);
    }

    ModelEntity get(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("model"));
    }

    /** Returns a model, locked until the transaction ends. */
    ModelEntity lock(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("model"));
    }

    /** Writes a model. Its names must not be another model's name or alias. */
    void write(ModelEntity model) {
        persistAndFlush(model);
        // The constraints compare names with names, and aliases with aliases. Two transactions at once may pass this
        // check; calls then resolve to the model with the name.
        if (isTaken("alias", model.name, model)) {
            throw taken("name").exception();
        }
        if (model.alias != null && isTaken("name", model.alias, model)) {
            throw taken("alias").exception();
        }
    }

    private boolean isTaken(String field, String value, ModelEntity model) {
        return count("organizationId = ?1 and id <> ?2 and " + field + " = ?3", model.organizationId, model.id, value)
                > 0;
    }

    static ConstraintProblem taken(String field) {
        return ConstraintProblem.taken(ProblemKind.NAME_TAKEN, field, "model");
    }
}
