@NullMarked
package io.agyn.console.code;

import org.jspecify.annotations.NullMarked;
