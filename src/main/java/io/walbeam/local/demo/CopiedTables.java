package io.walbeam.local.demo;

import java.util.List;
import java.util.Set;

/** The tables that a pipeline has copied, wherever it did. */
public interface CopiedTables {
  /** Their names. */
  Set<String> tables();

  /** Every row of a table: column name to text, NULL as empty. */
  List<TextRow> rows(String table) throws InterruptedException;
}
