@NullMarked
package io.agyn.scripted;

import org.jspecify.annotations.NullMarked;
