package io.walbeam.verify;

import io.walbeam.row.DestinationTable;
import io.walbeam.sink.Verification;
import java.util.List;

/**
 * What the comparison of one table found.
 *
 * @param destination what was compared with the source
 * @param keyColumns names of the columns of a key, in its order
 */
public record ComparedTable(
    Verification verification,
    DestinationTable destination,
    List<String> keyColumns,
    List<Difference> differences) {
  public ComparedTable {
    keyColumns = List.copyOf(keyColumns);
    differences = List.copyOf(differences);
  }
}
