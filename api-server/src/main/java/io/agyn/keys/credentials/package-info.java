/** Encrypted columns: their contents, fingerprints and contexts. */
@NullMarked
package io.agyn.keys.credentials;

import org.jspecify.annotations.NullMarked;
