/** The Console's page of what calls of models have cost, with charts, files to download, and the calls themselves. */
package io.agyn.console.usage;
