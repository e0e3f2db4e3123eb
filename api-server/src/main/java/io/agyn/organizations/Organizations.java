package io.agyn.organizations;

import io.agyn.access.Tenants;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.RowLocks;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The stored organizations and their rules. */
@ApplicationScoped
public class Organizations implements PanacheRepositoryBase<OrganizationEntity, UUID>, Tenants {
    private static final int MAX_NUMBER = 100_000;

    /** The possible contents of an organization, in singular and plural. */
    private enum Content {
        SECRETS("secret", "secret", "secrets"),
        LLM_PROVIDERS("llm_provider", "LLM provider", "LLM providers"),
        MODELS("model", "model", "models"),
        API_TOKENS("api_token", "API token bound to it", "API tokens bound to it");

        private final String table;
        private final String one;
        private final String many;

        Content(String table, String one, String many) {
            this.table = table;
            this.one = one;
            this.many = many;
        }
    }

    // In a transaction: outside of one, Hibernate would keep the connection until the request ends, while the
    // resource waits for a second one.
    @Override
    @Transactional
    public boolean exists(UUID organizationId) {
        return count("id", organizationId) > 0;
    }

    /** Creates an organization with a slug that is derived from its name, numbered if it is taken. */
    OrganizationEntity createWithDerivedSlug(String name) {
        String derived = Slugs.from(name);
        // One creation at a time, even for different names: "Acme 2" derives the slug of the second "Acme".
        RowLocks.lockName(getEntityManager(), "organization slug");
        String slug = derived;
        for (int number = 2; count("slug", slug) > 0; number++) {
            if (number > MAX_NUMBER) {
                throw new ProblemException(ProblemKind.SLUG_TAKEN, "Set a slug: all derived slugs are taken.");
            }
            slug = Slugs.numbered(derived, number);
        }
        return create(name, slug);
    }

    OrganizationEntity create(String name, String slug) {
        OrganizationEntity organization = new OrganizationEntity(name, slug);
        persistAndFlush(organization);
        return organization;
    }

    /** Returns an organization, locked until the transaction ends. */
    OrganizationEntity lock(UUID id) {
        OrganizationEntity organization = findById(id, LockModeType.PESSIMISTIC_WRITE);
        if (organization == null) {
            throw ProblemException.notFound("organization");
        }
        return organization;
    }

    /** Deletes an empty organization; otherwise, responds with a 409 that lists its contents. */
    void deleteEmpty(OrganizationEntity organization) {
        RowLocks.againstReferences(getEntityManager(), "organization", organization.id);
        List<String> contents = new ArrayList<>();
        for (Content content : Content.values()) {
            long count = ((Number) getEntityManager()
                            .createNativeQuery(
                                    "select count(*) from " + content.table + " where organization_id = ?1", Long.class)
                            .setParameter(1, organization.id)
                            .getSingleResult())
                    .longValue();
            if (count > 0) {
                contents.add(count + " " + (count == 1 ? content.one : content.many));
            }
        }
        if (!contents.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.ORGANIZATION_NOT_EMPTY,
                    "The organization still has " + String.join(", ", contents) + "; delete them first.");
        }
        delete(organization);
        flush();
    }
}
