/** The embedded PostgreSQL: binaries, cluster, process and backup. */
@NullMarked
package io.agyn.postgres;

import org.jspecify.annotations.NullMarked;
