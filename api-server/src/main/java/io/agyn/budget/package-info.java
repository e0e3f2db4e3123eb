@NullMarked
package io.agyn.budget;

import org.jspecify.annotations.NullMarked;
