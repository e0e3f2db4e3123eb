/** Limits in the Console. */
@NullMarked
package io.agyn.console.limits;

import org.jspecify.annotations.NullMarked;
