package io.walbeam.local;

/** The database behind the stand-in failed: a defect of the stand-in or of its disk. */
final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
