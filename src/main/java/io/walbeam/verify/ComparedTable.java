package io.walbeam.verify;

import io.walbeam.sink.Verification;
import java.util.List;

/**
 * What the comparison of one table found.
 *
 * @param keyColumns names of the columns of a key, in its order
 */
public record ComparedTable(
    Verification verification, List<String> keyColumns, List<Difference> differences) {
  public ComparedTable {
    keyColumns = List.copyOf(keyColumns);
    differences = List.copyOf(differences);
  }
}
