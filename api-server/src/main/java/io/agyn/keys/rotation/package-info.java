/** Key rotation while servers run. */
@NullMarked
package io.agyn.keys.rotation;

import org.jspecify.annotations.NullMarked;
