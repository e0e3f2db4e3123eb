@NullMarked
package io.agyn.organizations;

import org.jspecify.annotations.NullMarked;
