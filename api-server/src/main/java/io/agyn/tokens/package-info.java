@NullMarked
package io.agyn.tokens;

import org.jspecify.annotations.NullMarked;
