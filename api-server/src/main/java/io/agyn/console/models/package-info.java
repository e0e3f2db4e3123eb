@NullMarked
package io.agyn.console.models;

import org.jspecify.annotations.NullMarked;
