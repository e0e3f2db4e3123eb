/** Admits calls under the limits of their organization. */
@NullMarked
package io.agyn.limits.admission;

import org.jspecify.annotations.NullMarked;
