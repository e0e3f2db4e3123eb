/** What entities and lists of all features share: ids, paging, filters, locks and enum columns. */
@NullMarked
package io.agyn.storage;

import org.jspecify.annotations.NullMarked;
