@NullMarked
package io.agyn.users;

import org.jspecify.annotations.NullMarked;
