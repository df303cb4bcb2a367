package io.walbeam.row;

import java.io.Serializable;

/**
 * What is written of values that BigQuery's type for their column lacks, by group.
 *
 * @param numbers NaN, infinities, and decimals of more digits than BigQuery's
 * @param times infinite dates and times, years beyond 1 to 9999, the hour 24
 * @param documents JSON documents that BigQuery would change
 * @param arrays of REPEATED columns: NULL elements, several dimensions, other bounds than 1
 */
public record Unrepresentable(Choice numbers, Choice times, Choice documents, Choice arrays)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What is written. */
  public enum Choice {
    /** Nothing: the row is a dead letter. */
    DEADLETTER,
    /** NULL, and PostgreSQL's text in a column beside it. */
    STRING,
    /** NULL. */
    NULL
  }

  /** Every such row is a dead letter. */
  public static final Unrepresentable DEAD_LETTERS = of(Choice.DEADLETTER);

  /** The same for all groups. */
  public static Unrepresentable of(Choice choice) {
    return new Unrepresentable(choice, choice, choice, choice);
  }

  Choice choice(Rejection rejection) {
    return switch (rejection) {
      case NUMERIC_NOT_FINITE, NUMERIC_RANGE, NUMERIC_SCALE -> numbers;
      case DATE_INFINITE, DATE_RANGE, TIME_24 -> times;
      case JSON_NUMBER, JSON_DUPLICATE_NAME, JSON_CHARACTER, JSON_DEPTH -> documents;
      case ARRAY_NULL, ARRAY_SHAPE -> arrays;
      case INVALID_TEXT, INVALID_UTF8, KEY_NULL, KEY_MISSING, UNCHANGED_TOAST, TUPLE_WIDTH ->
          Choice.DEADLETTER;
    };
  }

  /** Whether values of a column of the mapping may be written as text beside it. */
  boolean hasTexts(TypeMapping mapping) {
    if (mapping.isRepeated() && arrays == Choice.STRING) {
      return true;
    }
    Choice choice =
        switch (mapping.type()) {
          case NUMERIC, BIGNUMERIC -> numbers;
          case DATE, TIME, DATETIME, TIMESTAMP -> times;
          case JSON -> documents;
          case BOOL, INT64, FLOAT64, STRING, BYTES, STRUCT -> Choice.DEADLETTER;
        };
    return choice == Choice.STRING;
  }
}
