package io.walbeam.sink.file;

import java.io.IOException;

/** A part whose rows gather in a local file; how it becomes seen is the storage's. */
abstract class SpooledPart implements Storage.Part {
  final Spool spool;

  SpooledPart(Spool spool) {
    this.spool = spool;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    spool.write(bytes, offset, length);
  }

  @Override
  public long length() {
    return spool.length();
  }

  @Override
  public void cutTo(long length) {
    spool.cutTo(length);
  }

  @Override
  public void abandon() {
    spool.discard();
  }
}
