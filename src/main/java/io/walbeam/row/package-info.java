/**
 * From a decoded tuple to a BigQuery row: types, table mapping, row encoders.
 *
 * <p>Pure: no I/O. A value that BigQuery would silently change is rejected here; everything else is
 * left to BigQuery to judge. Imports change and failure.
 */
@NullMarked
package io.walbeam.row;

import org.jspecify.annotations.NullMarked;
