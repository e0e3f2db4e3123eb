@NullMarked
package io.agyn.settings;

import org.jspecify.annotations.NullMarked;
