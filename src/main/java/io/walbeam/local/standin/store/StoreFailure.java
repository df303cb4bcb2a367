package io.walbeam.local.standin.store;

/** The database behind the stand-in failed: a defect of the stand-in or of its disk. */
public final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
