@NullMarked
package io.agyn.access;

import org.jspecify.annotations.NullMarked;
