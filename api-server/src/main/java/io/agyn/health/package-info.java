/** Whether this process works: its background threads, its event loops and its memory. */
package io.agyn.health;
