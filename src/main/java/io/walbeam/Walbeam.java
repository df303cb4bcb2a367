package io.walbeam;

/** Entry point. */
public final class Walbeam {
  private Walbeam() {}

  public static void main(String[] arguments) {}
}
