package io.walbeam.postgres;

import java.util.List;

/**
 * A unique index over whole rows that is checked at once.
 *
 * @param columns in index order
 * @param primary whether it is the primary key's
 * @param identity whether it is chosen as replica identity
 * @param nullable whether rows may have NULL there, which is never the same as another NULL
 * @param maybeUnsent whether the stream may leave out columns of it: one is generated, or somebody
 *     chose the table's columns that are published
 */
public record UniqueIndex(
    List<String> columns,
    boolean primary,
    boolean identity,
    boolean nullable,
    boolean maybeUnsent) {
  public UniqueIndex {
    columns = List.copyOf(columns);
  }
}
