@NullMarked
package io.agyn.console.members;

import org.jspecify.annotations.NullMarked;
