/** The Console's pages of the audit log: of an organization, and of what belongs to none. */
package io.agyn.console.audit;
