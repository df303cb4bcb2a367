package io.walbeam.sink;

/**
 * Up to when a table's rows are applied, so that whoever reads it without waiting sees them.
 *
 * @param table name of the destination table
 * @param untilMicros when everything written before was applied, microseconds since the Unix epoch;
 *     it stands still while nothing is written
 */
public record AppliedTable(String table, long untilMicros) {}
