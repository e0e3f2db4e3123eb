@NullMarked
package io.agyn.llm.models;

import org.jspecify.annotations.NullMarked;
