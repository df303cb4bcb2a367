/**
 * BigQuery's {@code BigQueryWrite}: requests decoded by their own writer schema, checked as
 * BigQuery does, and answered after their commit.
 *
 * <p>Imports standin, standin.store and standin.sql.
 */
@NullMarked
package io.walbeam.local.standin.append;

import org.jspecify.annotations.NullMarked;
