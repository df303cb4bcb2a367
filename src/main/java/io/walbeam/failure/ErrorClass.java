package io.walbeam.failure;

import java.util.Locale;

/**
 * Every class of errors, by which dead letters are grouped and retries are counted. The labels are
 * in the dead-letter table and in the metrics, so they stay. The table of docs/tables.md is made of
 * these lines; a test keeps them equal.
 */
public enum ErrorClass {
  INVALID_TEXT(Seen.DEAD_LETTER, "A value is not as PostgreSQL prints its type"),
  INVALID_UTF8(Seen.DEAD_LETTER, "A text is not valid UTF-8"),
  NUMERIC_NOT_FINITE(Seen.DEAD_LETTER, "A decimal is NaN or an infinity"),
  NUMERIC_RANGE(Seen.DEAD_LETTER, "A decimal has too many digits before the point"),
  NUMERIC_SCALE(Seen.DEAD_LETTER, "A decimal has too many digits after the point"),
  DATE_INFINITE(Seen.DEAD_LETTER, "A date or timestamp is infinite"),
  DATE_RANGE(Seen.DEAD_LETTER, "A date is outside the years 1 to 9999"),
  TIME_24(Seen.DEAD_LETTER, "A time is 24:00"),
  JSON_NUMBER(Seen.DEAD_LETTER, "A JSON document has a number that BigQuery would round"),
  JSON_DUPLICATE_NAME(
      Seen.DEAD_LETTER, "A JSON object has one name twice, of which BigQuery would drop one"),
  JSON_CHARACTER(
      Seen.DEAD_LETTER, "A JSON document has the character u0000 or half of a surrogate pair"),
  JSON_DEPTH(Seen.DEAD_LETTER, "A JSON document has more than 500 levels"),
  ARRAY_NULL(Seen.DEAD_LETTER, "An array of a REPEATED column has a NULL element"),
  ARRAY_SHAPE(
      Seen.DEAD_LETTER,
      "An array of a REPEATED column has several dimensions or does not begin at 1"),
  KEY_NULL(Seen.DEAD_LETTER, "A column of the key is NULL"),
  KEY_MISSING(Seen.DEAD_LETTER, "The change does not carry a column of the key"),
  UNCHANGED_TOAST(
      Seen.DEAD_LETTER,
      "The change does not carry a large value that it left alone, and it cannot be looked up"),
  TUPLE_WIDTH(Seen.DEAD_LETTER, "The row has more or fewer columns than its table's description"),
  ROW_TOO_LARGE(Seen.DEAD_LETTER, "The row is larger than BigQuery takes"),
  TABLE_DROPPED(
      Seen.DEAD_LETTER, "A large value cannot be looked up: its table is gone from PostgreSQL"),
  COLUMN_CHANGED(
      Seen.DEAD_LETTER,
      "A large value cannot be looked up: its column or one of the key is another by now"),
  KEY_NOT_READABLE(
      Seen.DEAD_LETTER,
      "A large value cannot be looked up: PostgreSQL cannot compare the table's key"),
  FIELD_REFUSED(Seen.DEAD_LETTER, "BigQuery refuses the value of a column"),
  ROW_REFUSED(Seen.DEAD_LETTER, "BigQuery refuses the row and does not say which column it is"),
  TRUNCATED(Seen.DEAD_LETTER, "A truncation was not applied; the rows are still in BigQuery"),
  LET_GO(
      Seen.DEAD_LETTER,
      "The table had waited so long for a person that it was let go; the letter has the key only"),

  ROWS_REFUSED(Seen.RETRY, "BigQuery refused some rows of a request, and the others go again"),
  INVALID_ARGUMENT(Seen.RETRY, "BigQuery refused a request as a whole"),
  REQUEST_TOO_LARGE(Seen.RETRY, "A request was too large and is split"),
  CONNECTION_LOST(Seen.RETRY, "A connection to BigQuery ended before the response"),
  UNAVAILABLE(Seen.RETRY, "BigQuery cannot be reached"),
  DEADLINE(Seen.RETRY, "BigQuery did not answer in time"),
  QUOTA(Seen.RETRY, "A BigQuery quota is used up"),
  GIVEN_UP(Seen.RETRY, "BigQuery gave the request up"),
  INTERNAL(Seen.RETRY, "BigQuery failed internally"),
  UNEXPECTED(Seen.RETRY, "BigQuery answered something that does not fit"),
  STREAM_STATE(Seen.RETRY, "BigQuery says that the default stream is not writable"),
  SCHEMA_NOT_VISIBLE(Seen.RETRY, "BigQuery does not show all columns to writers yet"),
  TABLE_NOT_FOUND(Seen.RETRY, "BigQuery does not find the table"),
  KEY_SERVICE(Seen.RETRY, "The key service of an encrypted table did not answer"),

  ENCRYPTION_KEY(Seen.STALL, "BigQuery may not use the encryption key of the table"),
  PERMISSION(Seen.STALL, "A permission on the table is missing"),
  UNAUTHENTICATED(Seen.STALL, "BigQuery does not accept the credentials"),
  UNIMPLEMENTED(Seen.STALL, "The endpoint does not speak the Storage Write API"),
  PRIMARY_KEY(Seen.STALL, "The table in BigQuery has no usable primary key"),
  REFUSES_EVERYTHING(Seen.STALL, "BigQuery refuses every row of the table without a reason"),
  TABLE_CONFLICT(Seen.STALL, "The table in BigQuery does not fit the source's"),
  TABLE_DELETED(Seen.STALL, "The table in BigQuery was deleted while it was written to"),
  REST_REFUSED(Seen.STALL, "BigQuery refuses to create, read or alter the table");

  /** What becomes of an error of a class. */
  public enum Seen {
    /** The change is set aside in the dead-letter table. */
    DEAD_LETTER("dead letter"),
    /** The request is sent again; nothing is lost. */
    RETRY("sent again"),
    /** The table waits until a person has acted; nothing is lost. */
    STALL("the table waits");

    private final String text;

    Seen(String text) {
      this.text = text;
    }

    /** As the document says it. */
    public String text() {
      return text;
    }
  }

  private final Seen seen;
  private final String meaning;

  ErrorClass(Seen seen, String meaning) {
    this.seen = seen;
    this.meaning = meaning;
  }

  /** The stable name: lower case with underscores. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public Seen seen() {
    return seen;
  }

  /** What it says, in one sentence without a full stop. */
  public String meaning() {
    return meaning;
  }
}
