package io.walbeam.failure;

/**
 * Why something was not written: what a dead letter, a stall and a metric say of it.
 *
 * @param stage where it was refused
 * @param errorClass what kind of refusal it is, for grouping
 * @param message what is wrong in one sentence, without row values
 * @param remedy what to do in one sentence; empty if nothing
 */
public record Refusal(Stage stage, ErrorClass errorClass, String message, String remedy) {
  /** Message and remedy as one line. */
  public String describe() {
    return remedy.isEmpty() ? message : message + " " + remedy;
  }
}
