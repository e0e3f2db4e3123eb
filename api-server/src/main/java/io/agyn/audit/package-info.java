@NullMarked
package io.agyn.audit;

import org.jspecify.annotations.NullMarked;
