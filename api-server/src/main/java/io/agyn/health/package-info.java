/** Health checks of the process: its background threads, event loops and memory. */
@NullMarked
package io.agyn.health;

import org.jspecify.annotations.NullMarked;
