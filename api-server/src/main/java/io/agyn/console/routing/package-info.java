@NullMarked
package io.agyn.console.routing;

import org.jspecify.annotations.NullMarked;
