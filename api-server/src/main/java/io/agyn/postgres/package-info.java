@NullMarked
package io.agyn.postgres;

import org.jspecify.annotations.NullMarked;
