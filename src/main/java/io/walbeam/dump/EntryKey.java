package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;

/** What names one entry of a slot's ledger. */
record EntryKey(long epoch, long requestLsn, long changeLsn, TableId table) {
  static EntryKey of(DumpEntry entry) {
    return new EntryKey(
        entry.epoch(), entry.requestLsn(), entry.order().point().changeLsn(), entry.table());
  }
}
