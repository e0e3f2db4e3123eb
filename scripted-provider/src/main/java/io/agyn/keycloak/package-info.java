/** A real Keycloak as a process, for tests, the demo and the benchmark. */
@NullMarked
package io.agyn.keycloak;

import org.jspecify.annotations.NullMarked;
