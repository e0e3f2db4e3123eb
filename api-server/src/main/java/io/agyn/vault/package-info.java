/** A client of the HTTP API of HashiCorp Vault and OpenBao: the KV secrets engines, tokens and AppRole. */
@NullMarked
package io.agyn.vault;

import org.jspecify.annotations.NullMarked;
