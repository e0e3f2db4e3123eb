/** The API of usage: sums, groups and single records. */
@NullMarked
package io.agyn.usage.query;

import org.jspecify.annotations.NullMarked;
