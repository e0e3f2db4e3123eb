@NullMarked
package io.agyn.console.flows;

import org.jspecify.annotations.NullMarked;
