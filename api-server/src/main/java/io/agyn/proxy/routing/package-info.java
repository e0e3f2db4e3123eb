@NullMarked
package io.agyn.proxy.routing;

import org.jspecify.annotations.NullMarked;
