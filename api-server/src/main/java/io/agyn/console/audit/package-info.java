/** The pages of the audit logs: of an organization and of the cluster. */
package io.agyn.console.audit;
