/** Ids that sort by time. */
@NullMarked
package io.agyn.ids;

import org.jspecify.annotations.NullMarked;
