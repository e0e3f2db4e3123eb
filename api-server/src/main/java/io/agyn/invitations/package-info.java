/** Invitations to organizations: an owner offers a membership, and the invited user accepts or declines. */
@NullMarked
package io.agyn.invitations;

import org.jspecify.annotations.NullMarked;
