package io.agyn.access;

/** What a caller is where they want to do something, by which {@link Permissions} says whether they may. */
public enum EffectiveRole {
    /** Somebody who administers the cluster, in every organization and outside. */
    CLUSTER_ADMIN,

    /** An owner of the organization in which it is done. */
    OWNER,

    /** A member of the organization in which it is done. */
    MEMBER,

    /** Anybody else, outside of organizations. */
    USER
}
