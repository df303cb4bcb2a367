package io.walbeam.postgres;

/**
 * What a COPY brought.
 *
 * @param fileNode of the leaf while it was read; pages of another one hold other rows
 * @param altered whether nothing was read, because the table is not as it was described
 */
public record Copied(long bytes, long fileNode, boolean altered) {}
