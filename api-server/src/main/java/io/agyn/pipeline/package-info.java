@NullMarked
package io.agyn.pipeline;

import org.jspecify.annotations.NullMarked;
