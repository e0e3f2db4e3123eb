@NullMarked
package io.agyn.usage;

import org.jspecify.annotations.NullMarked;
