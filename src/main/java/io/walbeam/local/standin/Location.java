package io.walbeam.local.standin;

/** Where the stand-in claims to be. */
public final class Location {
  /** The location of every dataset, table and job. */
  public static final String NAME = "US";

  private Location() {}
}
