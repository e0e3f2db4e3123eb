/** Connections to PostgreSQL, and the reasons why they fail. */
package io.agyn.database;
