@NullMarked
package io.agyn.console.tokens;

import org.jspecify.annotations.NullMarked;
