/** The values of remote secrets, in memory only. */
@NullMarked
package io.agyn.secrets.remote;

import org.jspecify.annotations.NullMarked;
