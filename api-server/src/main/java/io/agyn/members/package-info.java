@NullMarked
package io.agyn.members;

import org.jspecify.annotations.NullMarked;
