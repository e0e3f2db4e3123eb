@NullMarked
package io.agyn.console.invitations;

import org.jspecify.annotations.NullMarked;
