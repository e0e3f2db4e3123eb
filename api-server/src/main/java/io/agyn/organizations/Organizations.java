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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Returns the number of resources of each kind in an organization, without kinds that it does not contain. */
    Map<Content, Long> contents(UUID organizationId) {
        Map<Content, Long> counts = new LinkedHashMap<>();
        for (Content content : contents) {
            long count = ((Number) getEntityManager()
                            .createNativeQuery(
                                    "select count(*) from " + content.table() + " where organization_id = ?1",
                                    Long.class)
                            .setParameter(1, organizationId)
                            .getSingleResult())
                    .longValue();
            if (count > 0) {
                counts.put(content, count);
            }
        }
        return counts;
    }

    /** Deletes an empty organization; otherwise, responds with a 409 that lists its contents. */
    void deleteEmpty(OrganizationEntity organization) {
        RowLocks.againstReferences(getEntityManager(), "organization", organization.id);
        Map<Content, Long> found = contents(organization.id);
        if (!found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.ORGANIZATION_NOT_EMPTY,
                    "The organization still has " + String.join(", ", summaries(found))
                            + "; delete them first, or delete the organization with force=true.");
        }
        delete(organization);
        flush();
    }

    /**
     * Deletes an organization with its contents.
     *
     * @return the number of deleted resources of each kind in words
     */
    List<String> deleteWithContents(OrganizationEntity organization) {
        RowLocks.againstReferences(getEntityManager(), "organization", organization.id);
        Map<Content, Long> deleted = new LinkedHashMap<>();
        contents.stream().sorted(Comparator.comparingInt(Content::layer)).forEach(content -> {
            long count = getEntityManager()
                    .createNativeQuery("delete from " + content.table() + " where organization_id = ?1")
                    .setParameter(1, organization.id)
                    .executeUpdate();
            if (count > 0) {
                deleted.put(content, count);
            }
        });
        delete(organization);
        flush();
        return summaries(deleted);
    }

    private static List<String> summaries(Map<Content, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey().summary(entry.getValue()))
                .toList();
    }
}
