/**
 * Writes to BigQuery: table creation and evolution by REST, rows by the Storage Write API.
 *
 * <pre>
 * BigQueryTableSink ─ prepare ─▶ BigQueryTables ─▶ BigQueryRest        tables.get, insert, patch
 *        │                            └▶ TableEvolution (pure)
 *        └─ TableWrite ─▶ AppendConnections ─▶ AppendConnection        AppendRows on _default
 *                └▶ AppendFailures (pure): error ─▶ what to do
 * </pre>
 *
 * <p>Guarantee: a write returns only when each row is acknowledged or rejected with a reason. What
 * may pass is retried in place; what a person must mend on one table parks that table under a named
 * stall while the others flow. No row value appears in a message or a log line.
 *
 * <p>Imports sink, row, deadletter, change and failure.
 */
@NullMarked
package io.walbeam.sink.bigquery;

import org.jspecify.annotations.NullMarked;
