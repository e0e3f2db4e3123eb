@NullMarked
package io.agyn.console.rendering;

import org.jspecify.annotations.NullMarked;
