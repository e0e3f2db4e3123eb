/** The way of call records from the proxy to the table: queued, spooled to a file, and copied into the database. */
@NullMarked
package io.agyn.usage.ingest;

import org.jspecify.annotations.NullMarked;
