@NullMarked
package io.agyn.changes;

import org.jspecify.annotations.NullMarked;
