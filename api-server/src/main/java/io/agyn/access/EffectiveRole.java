package io.agyn.access;

/** The caller's role where the operation applies. {@link Permissions} lists the roles of each operation. */
public enum EffectiveRole {
    /** Cluster admin, in every organization and outside. */
    CLUSTER_ADMIN,

    /** Owner of the organization. */
    OWNER,

    /** Member of the organization. */
    MEMBER,

    /** Any other user, outside of organizations. */
    USER
}
