/**
 * BigQuery's SQL on DuckDB: words translated one by one, parameters, results and their types.
 *
 * <p>Imports standin and standin.store.
 */
@NullMarked
package io.walbeam.local.standin.sql;

import org.jspecify.annotations.NullMarked;
