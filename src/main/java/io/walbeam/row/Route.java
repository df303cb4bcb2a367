package io.walbeam.row;

import io.walbeam.change.OldImage;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the changes of one relation as long as its description stays the same.
 *
 * @param key empty if the table has none
 * @param current where the current state goes; null if the table has no key or only its changelog
 *     is wanted
 * @param changelog where every change goes; null if it is not wanted
 */
public record Route(
    Relation relation,
    KeyColumns key,
    @Nullable TableMapping current,
    @Nullable ChangelogMapping changelog) {
  /** A relation whose changes are left out. */
  public static Route filteredOut(Relation relation) {
    return new Route(relation, new KeyColumns(List.of(), ""), null, null);
  }

  /** Whether {@code --tables} and {@code --excludeTables} select it. */
  public boolean wanted() {
    return current != null || changelog != null;
  }

  /** The tables that its rows are written to. */
  public List<DestinationTable> destinations() {
    List<DestinationTable> tables = new ArrayList<>();
    if (current != null) {
      tables.add(current.destination());
    }
    if (changelog != null) {
      tables.add(changelog.destination());
    }
    return tables;
  }

  /**
   * Gives {@code row} the columns that the current state has and the stream leaves out.
   *
   * @param kind what the row has in them
   */
  public void addUnsent(Tuple row, Tuple.Kind kind) {
    if (current != null) {
      int width = current.relation().columns().size();
      while (row.size() < width) {
        row.add(kind);
      }
    }
  }

  /**
   * Takes what {@code row} does not carry from the old row, as far as that has it: everything under
   * FULL, the identity columns otherwise.
   */
  public void fillUnchanged(Tuple row, OldImage oldImage, Tuple oldRow) {
    int size = oldImage == OldImage.NONE ? 0 : Math.min(row.size(), oldRow.size());
    for (int i = 0; i < size; i++) {
      if (row.kind(i) == Tuple.Kind.UNCHANGED
          && (oldImage == OldImage.FULL || relation.columns().get(i).identity())) {
        row.copyColumn(i, oldRow);
      }
    }
  }
}
