@NullMarked
package io.agyn.console.users;

import org.jspecify.annotations.NullMarked;
