@NullMarked
package io.agyn.problems;

import org.jspecify.annotations.NullMarked;
