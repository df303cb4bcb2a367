package io.walbeam.sink;

import java.util.List;

/** The last comparison of each table: {@code _walbeam_verifications}. Thread-safe. */
public interface VerificationLog {
  /** Those of a slot. */
  List<Verification> read(String slot) throws InterruptedException;

  /** Returns when it is durable. A later one of the same table replaces it. */
  void write(Verification verification) throws InterruptedException;
}
