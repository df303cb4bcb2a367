/**
 * Writes files: the envelope of each change as a line of JSON or a record of Avro, one folder for
 * each table, in a directory or a bucket; and what the slot cannot know beside them.
 *
 * <pre>
 * FileTableSink ─▶ TableFiles ─▶ RowFormat ─▶ Part ─ publish ─▶ Storage     LocalStorage, RemoteStorage
 * OwnFiles: state, ledger, requests, schema changes ─ put ─▶ Storage
 * </pre>
 *
 * <p>Guarantee: a file is seen whole or not at all, and never changes afterwards; rows are durable
 * when their file can be seen. What fails is tried again in place, under a named stall, with the
 * rows that were taken. No row value appears in a message or a log line.
 *
 * <p>Imports sink, row, deadletter, change and failure; Beam for its file systems only.
 */
@NullMarked
package io.walbeam.sink.file;

import org.jspecify.annotations.NullMarked;
