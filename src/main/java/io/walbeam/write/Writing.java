package io.walbeam.write;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Rows that a bundle is writing to a table.
 *
 * @param table name of the destination table
 * @param bytes of the encoded rows
 * @param result the rows that were refused, once the others are durable
 */
public record Writing(
    String table, long bytes, int rows, CompletableFuture<List<RefusedRow>> result) {}
