@NullMarked
package io.agyn.secrets;

import org.jspecify.annotations.NullMarked;
