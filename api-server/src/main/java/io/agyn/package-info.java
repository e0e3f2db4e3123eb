@NullMarked
package io.agyn;

import org.jspecify.annotations.NullMarked;
