/**
 * What the stand-in keeps: datasets, tables, their columns and rows, in DuckDB, with BigQuery's
 * rules for change data capture.
 *
 * <p>Guarantee: what was acknowledged is committed. Imports standin.
 */
@NullMarked
package io.walbeam.local.standin.store;

import org.jspecify.annotations.NullMarked;
