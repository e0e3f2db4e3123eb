/** The two protocols as callers see them: operations, error formats, and wrong base URLs. */
@NullMarked
package io.agyn.proxy.dialect;

import org.jspecify.annotations.NullMarked;
