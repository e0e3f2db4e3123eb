@NullMarked
package io.agyn.idempotency;

import org.jspecify.annotations.NullMarked;
