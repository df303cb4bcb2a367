package io.walbeam.row;

import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;

/** Why a row cannot be written as it is. */
enum Rejection {
  INVALID_TEXT(
      ErrorClass.INVALID_TEXT,
      "holds a text that PostgreSQL does not print for this type",
      "Check that the stream's DateStyle is ISO and its client encoding UTF8."),
  INVALID_UTF8(
      ErrorClass.INVALID_UTF8,
      "holds bytes that are not UTF-8",
      "Correct the value in PostgreSQL, whose database encoding does not check it; the update is"
          + " then replicated."),
  NUMERIC_NOT_FINITE(
      ErrorClass.NUMERIC_NOT_FINITE,
      "holds NaN or an infinity, which BigQuery's decimal types lack",
      "Change the value in PostgreSQL; the update is then replicated."),
  NUMERIC_RANGE(
      ErrorClass.NUMERIC_RANGE,
      "holds a number with more digits before the point than BigQuery's type has",
      "Change the value in PostgreSQL, or declare the column with a precision above 38, which is"
          + " replicated as text."),
  NUMERIC_SCALE(
      ErrorClass.NUMERIC_SCALE,
      "holds a number that BigQuery would round, having more digits after the point",
      "Round the value in PostgreSQL, or declare the column with a scale above 38, which is"
          + " replicated as text."),
  DATE_INFINITE(
      ErrorClass.DATE_INFINITE,
      "holds an infinite date or timestamp, which BigQuery lacks",
      "Change the value in PostgreSQL, for instance to NULL; the update is then replicated."),
  DATE_RANGE(
      ErrorClass.DATE_RANGE,
      "holds a date outside the years 1 to 9999, which is what BigQuery has",
      "Change the value in PostgreSQL; the update is then replicated."),
  TIME_24(
      ErrorClass.TIME_24,
      "holds the hour 24, which BigQuery lacks",
      "Change the value in PostgreSQL to 00:00:00 or 23:59:59.999999; the update is then"
          + " replicated."),
  JSON_NUMBER(
      ErrorClass.JSON_NUMBER,
      "holds a JSON document with a number that BigQuery would round",
      "Write the number as a JSON string in PostgreSQL; the update is then replicated."),
  JSON_DUPLICATE_NAME(
      ErrorClass.JSON_DUPLICATE_NAME,
      "holds a JSON object with one name twice, of which BigQuery keeps the first",
      "Make the column jsonb, which keeps the last, or write the document with each name once in"
          + " PostgreSQL; the update is then replicated."),
  JSON_CHARACTER(
      ErrorClass.JSON_CHARACTER,
      "holds a JSON document with the character u0000 or with half of a surrogate pair, which are"
          + " no text",
      "Write the document without it in PostgreSQL; the update is then replicated."),
  JSON_DEPTH(
      ErrorClass.JSON_DEPTH,
      "holds a JSON document of more than 500 levels, which is all that BigQuery takes",
      "Write a document of fewer levels in PostgreSQL, or declare the column as text; the update is"
          + " then replicated."),
  ARRAY_NULL(
      ErrorClass.ARRAY_NULL,
      "holds an array with a NULL element, which BigQuery's arrays lack",
      "Remove the element in PostgreSQL, whereupon the update is replicated, or give"
          + " --unrepresentable=arrays:string, which writes the array's text in a column beside"
          + " it."),
  ARRAY_SHAPE(
      ErrorClass.ARRAY_SHAPE,
      "holds an array of several dimensions or one that does not begin at 1, which BigQuery's"
          + " arrays lack",
      "Change the array in PostgreSQL, whereupon the update is replicated, or give"
          + " --unrepresentable=arrays:string, which writes the array's text in a column beside"
          + " it."),
  KEY_NULL(
      ErrorClass.KEY_NULL,
      "is part of the key and is NULL",
      "Give the table a primary key, or a replica identity over NOT NULL columns."),
  KEY_MISSING(
      ErrorClass.KEY_MISSING,
      "is part of the key and the change does not carry it",
      "Set the table's replica identity to the columns of its key and back-fill the table."),
  UNCHANGED_TOAST(
      ErrorClass.UNCHANGED_TOAST,
      "is a large value that the update left alone and the change does not carry",
      "Set REPLICA IDENTITY FULL on the table, or update the column once."),
  TUPLE_WIDTH(
      ErrorClass.TUPLE_WIDTH,
      "is not in the row, whose number of columns differs from the table's description",
      "Report this with the dead letter's raw bytes.");

  private final ErrorClass errorClass;
  private final String problem;
  private final String remedy;

  Rejection(ErrorClass errorClass, String problem, String remedy) {
    this.errorClass = errorClass;
    this.problem = problem;
    this.remedy = remedy;
  }

  ErrorClass errorClass() {
    return errorClass;
  }

  /** Thrown by an encoder; it has no stack trace and says nothing of the value. */
  ValueRejectedException exception() {
    return new ValueRejectedException(this);
  }

  RowRejectedException row(TableId table, String column) {
    return new RowRejectedException(
        new Refusal(
            Stage.MAP,
            errorClass,
            "Column " + TableId.quote(column) + " of table " + table + " " + problem + ".",
            remedy),
        column);
  }

  /** Thrown by an encoder, which knows the value but not its column. Has no stack trace. */
  static final class ValueRejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Rejection rejection;

    private ValueRejectedException(Rejection rejection) {
      super(null, null, false, false);
      this.rejection = rejection;
    }

    Rejection rejection() {
      return rejection;
    }
  }
}
