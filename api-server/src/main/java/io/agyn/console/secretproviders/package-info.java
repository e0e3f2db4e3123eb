/** The pages of secret providers. */
@NullMarked
package io.agyn.console.secretproviders;

import org.jspecify.annotations.NullMarked;
