package io.walbeam.write;

import io.walbeam.change.Operation;
import io.walbeam.change.TableId;

/** Counts what a job writes. Thread-safe. */
public interface WriteMeter {
  /** So many changes of a source table were decoded, from so many bytes of messages. */
  void decoded(TableId table, Operation operation, long changes, long bytes);

  /** Tells the runner what was counted since the last call. Threads of the runner only. */
  void report();
}
