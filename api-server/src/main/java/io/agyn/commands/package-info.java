@NullMarked
package io.agyn.commands;

import org.jspecify.annotations.NullMarked;
