package io.walbeam.dump;

import io.walbeam.sink.DumpEntry;

/** Notes that all of a table is missing up to a dump or truncation that was let go. */
@FunctionalInterface
interface LetGoNote {
  /** Returns when it is durable. */
  void write(DumpEntry entry, LetGoException reason) throws InterruptedException;
}
