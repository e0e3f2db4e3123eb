@NullMarked
package io.agyn.console.signin;

import org.jspecify.annotations.NullMarked;
