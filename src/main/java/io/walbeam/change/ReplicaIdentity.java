package io.walbeam.change;

/** What PostgreSQL logs of the old row ({@code pg_class.relreplident}). */
public enum ReplicaIdentity {
  /** The primary key, if there is one. */
  DEFAULT('d'),
  /** Nothing: updates and deletes are refused while the table is published. */
  NOTHING('n'),
  /** The whole old row. */
  FULL('f'),
  /** The columns of one unique index. */
  INDEX('i');

  private final char code;

  ReplicaIdentity(char code) {
    this.code = code;
  }

  /** The letter of {@code pg_class.relreplident} and of the relation message. */
  public char code() {
    return code;
  }

  /**
   * The identity of a letter.
   *
   * @throws IllegalArgumentException for an unknown letter
   */
  public static ReplicaIdentity of(char code) {
    for (ReplicaIdentity identity : values()) {
      if (identity.code == code) {
        return identity;
      }
    }
    throw new IllegalArgumentException("unknown replica identity");
  }
}
