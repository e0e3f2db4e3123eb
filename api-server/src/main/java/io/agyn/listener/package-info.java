@NullMarked
package io.agyn.listener;

import org.jspecify.annotations.NullMarked;
