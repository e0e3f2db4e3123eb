@NullMarked
package io.agyn.console.organizations;

import org.jspecify.annotations.NullMarked;
