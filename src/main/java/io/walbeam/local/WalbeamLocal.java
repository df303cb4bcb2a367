package io.walbeam.local;

/** Entry point of the local part. */
public final class WalbeamLocal {
  private WalbeamLocal() {}

  public static void main(String[] arguments) {}
}
