package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.walbeam.local.demo.TextRow;
import io.walbeam.row.RoundTripCase;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What BigQuery shows of the cases of {@link RoundTripIT}, and what differs, all at once. */
final class RoundTripComparison {
  private final List<String> failures = new ArrayList<>();
  private final Map<String, String> letters = new HashMap<>();
  private int count;

  /** Reads the dead letters, which {@code n} of their rows tells apart. */
  void deadLetters(Scenario fixture) throws Exception {
    for (TextRow letter : fixture.destination().deadLetters()) {
      JsonObject row = JsonParser.parseString(letter.require("row")).getAsJsonObject();
      letters.put(
          letter.require("table_name") + " " + row.get("n").getAsString(),
          letter.require("error_class"));
    }
  }

  void type(RoundTripCase one, @Nullable String found) {
    type(one.destinationType(), one, found);
  }

  void type(String expected, RoundTripCase one, @Nullable String found) {
    expect(one, "type", expected.equals(found), expected, found);
  }

  /** The class of the dead letter, and no row. */
  void deadLetter(RoundTripCase one, String table, int id, boolean copied) {
    String found = copied ? "a row" : letters.get(table + " " + id);
    expect(one, table + " " + id, one.errorClass().equals(found), one.errorClass(), found);
  }

  void cell(RoundTripCase one, @Nullable TextRow row, String column) {
    @Nullable String found = found(row, column);
    expect(
        one,
        "cell " + place(row, column),
        found != null && isSame(one.destinationType(), one.cell(), found),
        one.cell(),
        found);
  }

  void text(RoundTripCase one, @Nullable TextRow row, String column, String expected) {
    @Nullable String found = found(row, column);
    expect(one, "text " + place(row, column), expected.equals(found), expected, found);
  }

  void json(RoundTripCase one, @Nullable TextRow row, String column, JsonElement expected) {
    @Nullable String found = found(row, column);
    expect(
        one,
        "array " + place(row, column),
        found != null && exact(expected).equals(exact(JsonParser.parseString(found))),
        expected.toString(),
        found);
  }

  /** The value as a member of a column's JSON. */
  void member(RoundTripCase one, @Nullable TextRow row, String column, String member) {
    @Nullable String found = found(row, column);
    JsonElement expected = exact(JsonParser.parseString(one.element().orElseThrow()));
    @Nullable JsonElement value =
        found == null ? null : JsonParser.parseString(found).getAsJsonObject().get(member);
    expect(
        one,
        "member " + place(row, member),
        value != null && expected.equals(exact(value)),
        expected.toString(),
        String.valueOf(value));
  }

  void check() {
    assertThat(failures).isEmpty();
    assertThat(count).isPositive();
  }

  private void expect(
      RoundTripCase one, String where, boolean same, String expected, @Nullable String found) {
    count++;
    if (!same) {
      failures.add(
          one.type() + " " + one.literal() + ", " + where + ": " + expected + " became " + found);
    }
  }

  private static @Nullable String found(@Nullable TextRow row, String column) {
    return row == null ? null : row.get(column).orElse(null);
  }

  private static String place(@Nullable TextRow row, String column) {
    return column + " of " + (row == null ? "no row" : row.require("n"));
  }

  private static boolean isSame(String type, String expected, String found) {
    return switch (type) {
      case "FLOAT64" -> Double.valueOf(expected).equals(Double.valueOf(found));
      case "NUMERIC", "BIGNUMERIC" ->
          new BigDecimal(expected).compareTo(new BigDecimal(found)) == 0;
      case "JSON" ->
          expected.equals(found)
              || exact(JsonParser.parseString(expected))
                  .equals(exact(JsonParser.parseString(found)));
      default -> expected.equals(found);
    };
  }

  /** The document with each number as a text of all of its digits, apart from strings. */
  private static JsonElement exact(JsonElement element) {
    if (element instanceof JsonObject object) {
      JsonObject result = new JsonObject();
      object.entrySet().forEach(entry -> result.add(entry.getKey(), exact(entry.getValue())));
      return result;
    }
    if (element instanceof JsonArray array) {
      JsonArray result = new JsonArray();
      array.forEach(item -> result.add(exact(item)));
      return result;
    }
    if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
      JsonArray number = new JsonArray();
      number.add("a number");
      number.add(new BigDecimal(primitive.getAsString()).stripTrailingZeros().toString());
      return number;
    }
    return element;
  }
}
