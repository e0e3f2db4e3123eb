@NullMarked
package io.agyn.console.lists;

import org.jspecify.annotations.NullMarked;
