@NullMarked
package io.agyn.llm.providers;

import org.jspecify.annotations.NullMarked;
