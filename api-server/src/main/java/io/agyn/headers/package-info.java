@NullMarked
package io.agyn.headers;

import org.jspecify.annotations.NullMarked;
