@NullMarked
package io.agyn.rest;

import org.jspecify.annotations.NullMarked;
