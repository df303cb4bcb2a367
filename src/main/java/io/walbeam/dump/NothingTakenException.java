package io.walbeam.dump;

/** Rows were not taken for so long that what reads them is to be given up for now. */
final class NothingTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NothingTakenException() {
    super("nothing was taken", null, false, false);
  }
}
