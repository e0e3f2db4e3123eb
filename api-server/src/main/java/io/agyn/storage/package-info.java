/** Shared by all features for entities and lists: ids, paging, filters, locks and enum columns. */
@NullMarked
package io.agyn.storage;

import org.jspecify.annotations.NullMarked;
