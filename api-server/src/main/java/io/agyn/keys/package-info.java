@NullMarked
package io.agyn.keys;

import org.jspecify.annotations.NullMarked;
