package io.agyn.organizations;

import java.util.List;

/** A feature's contribution: the resources that an organization contains. An organization that contains any is not deleted. */
public interface OrganizationContents {
    /**
     * One kind of resource.
     *
     * @param table its table, which has an {@code organization_id}
     * @param one the words for one
     * @param many the words for several
     */
    record Content(String table, String one, String many) {}

    List<Content> organizationContents();
}
