@NullMarked
package io.agyn.console.secrets;

import org.jspecify.annotations.NullMarked;
