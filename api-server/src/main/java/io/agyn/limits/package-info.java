/** Limits on the calls and tokens of an organization. */
@NullMarked
package io.agyn.limits;

import org.jspecify.annotations.NullMarked;
