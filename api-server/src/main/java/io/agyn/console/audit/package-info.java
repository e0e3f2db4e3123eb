/** The pages of the audit logs: of an organization and of the cluster. */
@NullMarked
package io.agyn.console.audit;

import org.jspecify.annotations.NullMarked;
