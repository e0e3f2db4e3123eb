/** Hashes. */
@NullMarked
package io.agyn.hash;

import org.jspecify.annotations.NullMarked;
