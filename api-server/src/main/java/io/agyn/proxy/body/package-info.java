@NullMarked
package io.agyn.proxy.body;

import org.jspecify.annotations.NullMarked;
