/** Connections to PostgreSQL, and the reasons why they fail. */
@NullMarked
package io.agyn.database;

import org.jspecify.annotations.NullMarked;
