@NullMarked
package io.agyn.console.forms;

import org.jspecify.annotations.NullMarked;
