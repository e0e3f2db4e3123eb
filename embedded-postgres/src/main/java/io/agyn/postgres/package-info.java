/** The embedded PostgreSQL: binaries, cluster, process and backup. */
package io.agyn.postgres;
