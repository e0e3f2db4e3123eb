@NullMarked
package io.agyn.console.groups;

import org.jspecify.annotations.NullMarked;
