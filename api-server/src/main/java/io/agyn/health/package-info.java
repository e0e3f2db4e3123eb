/** Health checks of the process: its background threads, event loops and memory. */
package io.agyn.health;
