/** Memberships by groups of the identity provider. */
@NullMarked
package io.agyn.groups;

import org.jspecify.annotations.NullMarked;
