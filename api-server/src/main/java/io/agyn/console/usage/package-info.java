/** The usage page, with charts, CSV files and recent calls. */
package io.agyn.console.usage;
