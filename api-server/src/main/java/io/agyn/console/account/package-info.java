@NullMarked
package io.agyn.console.account;

import org.jspecify.annotations.NullMarked;
