package io.walbeam.row;

/** Thrown by an encoder, which knows the value but not its column. Has no stack trace. */
final class ValueRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Rejection rejection;

  ValueRejectedException(Rejection rejection) {
    super(null, null, false, false);
    this.rejection = rejection;
  }

  Rejection rejection() {
    return rejection;
  }
}
