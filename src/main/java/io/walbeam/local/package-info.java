/**
 * The local part: a server that stands in for BigQuery where there is no cloud account. It speaks
 * BigQuery's own protocols on one port (REST v2 and the Storage Write API's default streams), keeps
 * rows in DuckDB, and acknowledges an append only after its commit.
 *
 * <p>Nothing outside this package may import it, and it is not on the class path of a launched job.
 */
@NullMarked
package io.walbeam.local;

import org.jspecify.annotations.NullMarked;
