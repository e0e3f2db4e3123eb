@NullMarked
package io.agyn.console.providers;

import org.jspecify.annotations.NullMarked;
