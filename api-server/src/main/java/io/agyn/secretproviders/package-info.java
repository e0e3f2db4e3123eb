/** Secret providers: the servers from which the values of remote secrets are read. */
@NullMarked
package io.agyn.secretproviders;

import org.jspecify.annotations.NullMarked;
