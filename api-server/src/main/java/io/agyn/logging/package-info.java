@NullMarked
package io.agyn.logging;

import org.jspecify.annotations.NullMarked;
