package io.agyn.organizations;

import io.agyn.access.Tenants;
import io.agyn.organizations.OrganizationContents.Content;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.storage.RowLocks;
import io.quarkus.arc.All;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** The stored organizations and their rules. */
@ApplicationScoped
public class Organizations implements PanacheRepositoryBase<OrganizationEntity, UUID>, Tenants {
    private static final int MAX_NUMBER = 100_000;

    private final List<Content> contents;

    Organizations(@All List<OrganizationContents> features) {
        contents = features.stream()
                .flatMap(feature -> feature.organizationContents().stream())
                .sorted(Comparator.comparing(Content::table))
                .toList();
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
        List<String> found = new ArrayList<>();
        for (Content content : contents) {
            long count = ((Number) getEntityManager()
                            .createNativeQuery(
                                    "select count(*) from " + content.table() + " where organization_id = ?1",
                                    Long.class)
                            .setParameter(1, organization.id)
                            .getSingleResult())
                    .longValue();
            if (count > 0) {
                found.add(count + " " + (count == 1 ? content.one() : content.many()));
            }
        }
        if (!found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.ORGANIZATION_NOT_EMPTY,
                    "The organization still has " + String.join(", ", found) + "; delete them first.");
        }
        delete(organization);
        flush();
    }
}
