@NullMarked
package io.agyn.proxy.egress;

import org.jspecify.annotations.NullMarked;
