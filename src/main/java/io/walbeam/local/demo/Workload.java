package io.walbeam.local.demo;

import java.sql.Connection;
import java.sql.SQLException;

/** Transactions of an application. */
@FunctionalInterface
public interface Workload {
  /**
   * Runs one transaction and commits it, or now and then rolls it back.
   *
   * @param connection without automatic commit
   * @return the number of rows changed
   */
  int transaction(Connection connection) throws SQLException;
}
