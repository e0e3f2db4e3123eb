/** Redirects of addresses that the product's documentation names. */
@NullMarked
package io.agyn.console.redirects;

import org.jspecify.annotations.NullMarked;
