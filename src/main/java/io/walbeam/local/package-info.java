/**
 * The local part: a server that stands in for BigQuery where there is no cloud account. It speaks
 * BigQuery's own protocols on one port: REST v2 and gRPC {@code BigQueryWrite} in plaintext, and
 * gRPC over TLS when given a certificate. Rows are kept in DuckDB, in memory or in one file.
 *
 * <p>It guarantees that an append is answered only after its commit, so that with a file a killed
 * server comes back with everything it acknowledged; and that it refuses what BigQuery documents as
 * refused, because a lenient stand-in proves nothing.
 *
 * <p>It may import anything. Nothing outside this package may import it, and it is not on the class
 * path of a launched job.
 *
 * <p>Where it differs from BigQuery:
 *
 * <ul>
 *   <li>No authentication, quotas, locations or cost, and no permissions: what is allowed is what
 *       no armed fault refuses, and that is what testIamPermissions answers. Faults come on
 *       request, at {@code /_standin/faults}.
 *   <li>Append: default streams and protocol buffers only; no offsets, no other stream types, no
 *       Arrow, no wrapper messages. Unknown field numbers inside a row are skipped. A NULL inside
 *       an array cannot be expressed in a row and is therefore not looked for.
 *   <li>Assumed, not documented: a missing section of a position counts as zero; a malformed
 *       position, and a change without a value for a key column, is a row error; a REQUIRED field
 *       is required of a deletion too; unknown tables and requests over the size limit end the
 *       call, or are answered in it if the connection carries several tables.
 *   <li>A table that ever received changes refuses DML for good; BigQuery does so while changes are
 *       streamed. BigQuery's ban on DML over recently streamed rows is not kept.
 *   <li>Without {@code --staleReads} every query sees every acknowledged change, and {@code
 *       upsert_stream_apply_watermark} is the present. With it, a table with maxStaleness shows the
 *       state of its last apply, which happens when the interval is over at a query, or at {@code
 *       POST /_standin/apply}. After a restart everything counts as applied.
 *   <li>Deletions are forgotten after two days only when a clean-up runs.
 *   <li>SQL is translated word by word to DuckDB's: one statement, SELECT, INSERT, UPDATE, DELETE
 *       or TRUNCATE; of DDL CREATE TABLE AS SELECT and DROP TABLE; no views in legacy SQL, scripts,
 *       MERGE, wildcard tables, time travel, FARM_FINGERPRINT or {@code UNNEST WITH OFFSET}. Error
 *       texts and rounding are DuckDB's. DML does not check REQUIRED. Of INFORMATION_SCHEMA there
 *       are TABLES and COLUMNS, with part of their columns.
 *   <li>BIGNUMERIC is kept as text and compared as such, and is a STRING in query results;
 *       GEOGRAPHY is text; RANGE and INTERVAL do not exist. JSON is given back as it was written.
 *   <li>Partitioning, clustering, labels, expiration and the like are kept and checked, not acted
 *       on. {@code numBytes} is zero. Primary keys can be given but not enforced, as in BigQuery.
 *   <li>Jobs are queries only, finished when they are answered; the last 200 are remembered.
 *   <li>With {@code --counting} rows are only counted: of each row the size and first tag are
 *       looked at, no field is read, and nothing is stored.
 * </ul>
 */
@NullMarked
package io.walbeam.local;

import org.jspecify.annotations.NullMarked;
