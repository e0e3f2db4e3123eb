@NullMarked
package io.agyn.contract;

import org.jspecify.annotations.NullMarked;
