package io.walbeam.sink;

/** What the destination knows of changelogs that are there already. Thread-safe. */
@FunctionalInterface
public interface ChangelogShapes {
  /**
   * Whether a table of this name is there that an earlier version made, with a primary key, so that
   * its rows are written by key. The answer stays the same as long as the job runs here. Waits like
   * {@link TableSink#write}.
   *
   * @throws io.walbeam.failure.WalbeamException as {@link TableSink#write}
   */
  boolean keyed(String changelog) throws InterruptedException;
}
