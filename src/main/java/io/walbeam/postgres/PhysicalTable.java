package io.walbeam.postgres;

import io.walbeam.change.TableId;

/**
 * A table that holds rows: the published one, or a leaf of it if it is partitioned.
 *
 * @param oid object identifier, unsigned 32 bits
 * @param heap whether it can be read by pages
 * @param fileNode changes when the table is rewritten, so that page numbers mean other rows
 * @param pages its size now
 * @param rowsPerPage from the planner's estimate, 0 if there is none
 */
public record PhysicalTable(
    long oid, TableId table, boolean heap, long fileNode, long pages, double rowsPerPage) {}
