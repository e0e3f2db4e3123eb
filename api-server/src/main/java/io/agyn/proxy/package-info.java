@NullMarked
package io.agyn.proxy;

import org.jspecify.annotations.NullMarked;
