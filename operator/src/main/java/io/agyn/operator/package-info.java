/** Errors for the operator, private files, and the data folder. */
@NullMarked
package io.agyn.operator;

import org.jspecify.annotations.NullMarked;
