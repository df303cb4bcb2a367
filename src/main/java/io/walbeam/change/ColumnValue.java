package io.walbeam.change;

/** One column of a tuple. Four different things that are never confused, and never Java null. */
public sealed interface ColumnValue {
  /** The value in PostgreSQL's text representation. */
  record Text(String value) implements ColumnValue {
    /** Hides the value: row values never reach a log line. */
    @Override
    public String toString() {
      return "Text[" + value.length() + " characters]";
    }
  }

  /** SQL NULL. */
  record Null() implements ColumnValue {}

  /** A TOASTed value that the update left alone and the stream therefore does not carry. */
  record Unchanged() implements ColumnValue {}

  /** The tuple does not have this column at all (an old tuple that holds the key only). */
  record Absent() implements ColumnValue {}

  ColumnValue NULL = new Null();
  ColumnValue UNCHANGED = new Unchanged();
  ColumnValue ABSENT = new Absent();
}
