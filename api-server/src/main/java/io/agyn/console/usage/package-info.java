/** The usage page, with charts, CSV files and recent calls. */
@NullMarked
package io.agyn.console.usage;

import org.jspecify.annotations.NullMarked;
