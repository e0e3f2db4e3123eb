/** One log line for each call. */
@NullMarked
package io.agyn.usage.accesslog;

import org.jspecify.annotations.NullMarked;
