package io.walbeam.local.standin.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * JSON column values by BigQuery's rules: one value, nested at most 500 deep (documentation
 * "Quotas"); half of a surrogate pair is an error, of members with one name the first stays (source
 * of its SQL dialect, {@code json_value.cc}); a number that a 64-bit integer or floating-point
 * number does not hold is refused, as {@code PARSE_JSON} does by default.
 */
public final class JsonText {
  private static final int MAX_DEPTH = 500;

  /** So many digits tell every double from its neighbours. */
  private static final int DOUBLE_DIGITS = 17;

  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonText() {}

  /** The document as it is stored. */
  public static String check(String text, Column column) throws RowProblem {
    try {
      return hasNameTwice(text) ? firstOfEachName(text) : text;
    } catch (IOException e) {
      throw new RowProblem("Invalid JSON value in field " + column.name());
    }
  }

  /** Reads it all; true if that ended at a name that came twice. */
  private static boolean hasNameTwice(String text) throws IOException {
    boolean twice = false;
    Deque<Set<String>> open = new ArrayDeque<>();
    try (JsonParser parser = FACTORY.createParser(text)) {
      int values = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (open.isEmpty() && values++ > 0) {
          throw new JsonParseException(parser, "more than one value");
        }
        switch (token) {
          case START_OBJECT, START_ARRAY -> open.push(new HashSet<>());
          case END_OBJECT, END_ARRAY -> {
            open.pop();
            values = 1;
          }
          case FIELD_NAME -> {
            requireText(parser, parser.getText());
            twice |= !open.element().add(parser.getText());
          }
          case VALUE_STRING -> requireText(parser, parser.getText());
          case VALUE_NUMBER_INT -> requireKept(parser, parser.getBigIntegerValue());
          case VALUE_NUMBER_FLOAT -> requireKept(parser, parser.getText());
          default -> {
            // true, false and null
          }
        }
      }
      if (values == 0) {
        throw new JsonParseException(parser, "no value");
      }
    }
    return twice;
  }

  private static void requireText(JsonParser parser, String text) throws IOException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (Character.isSurrogate(c) && !pair) {
        throw new JsonParseException(parser, "half of a surrogate pair");
      }
      i += pair ? 1 : 0;
    }
  }

  private static void requireKept(JsonParser parser, BigInteger number) throws IOException {
    if (number.compareTo(LEAST) < 0 || number.compareTo(MOST) > 0) {
      throw new JsonParseException(parser, "a number that would be rounded");
    }
  }

  /** As the source does: what the double prints as must be the number. */
  private static void requireKept(JsonParser parser, String number) throws IOException {
    double kept = Double.parseDouble(number);
    if (!Double.isFinite(kept) || printed(kept).compareTo(new BigDecimal(number)) != 0) {
      throw new JsonParseException(parser, "a number that would be rounded");
    }
  }

  /** The fewest digits that give the double; {@code Double.toString} does not always find them. */
  private static BigDecimal printed(double number) {
    BigDecimal exact = new BigDecimal(number);
    for (int digits = 1; digits < DOUBLE_DIGITS; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == number) {
        return rounded;
      }
    }
    return exact.round(new MathContext(DOUBLE_DIGITS));
  }

  private static String firstOfEachName(String text) throws IOException {
    StringWriter kept = new StringWriter();
    Deque<Set<String>> open = new ArrayDeque<>();
    try (JsonParser parser = FACTORY.createParser(text);
        JsonGenerator generator = FACTORY.createGenerator(kept)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && !open.element().add(parser.getText())) {
          parser.nextToken();
          parser.skipChildren();
          continue;
        }
        if (token.isStructStart()) {
          open.push(new HashSet<>());
        } else if (token.isStructEnd()) {
          open.pop();
        }
        if (token.isNumeric()) {
          generator.writeNumber(parser.getText());
        } else {
          generator.copyCurrentEvent(parser);
        }
      }
    }
    return kept.toString();
  }
}
