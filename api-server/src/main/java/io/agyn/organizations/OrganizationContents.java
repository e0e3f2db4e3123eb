package io.agyn.organizations;

import java.util.List;

/**
 * A feature's contribution: the resources that an organization contains. An organization that contains any is deleted
 * only by force, together with them.
 */
public interface OrganizationContents {
    /**
     * One kind of resource.
     *
     * @param table its table, which has an {@code organization_id}; also the name of the kind
     * @param one the words for one
     * @param many the words for several
     * @param layer the position in the deletion of an organization: rows refer only to rows of higher layers
     */
    record Content(String table, String one, String many, int layer) {
        /** The number and the kind in words, such as {@code 3 models}. */
        String summary(long count) {
            return count + " " + (count == 1 ? one : many);
        }
    }

    List<Content> organizationContents();
}
