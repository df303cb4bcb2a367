package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RowProperties {
  @Property
  void everyDoubleComesBackFromItsShortestText(@ForAll double value) {
    byte[] text = Double.toString(value).toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    assertThat(FloatEncoder.parse(text, 0, text.length)).isEqualTo(value);
  }

  @Property
  void decimalsAreParsedAsTheJdkDoes(
      @ForAll long mantissa,
      @ForAll @IntRange(max = 20) int scale,
      @ForAll @IntRange(min = -99, max = 99) int exponent) {
    String digits = String.format(Locale.ROOT, "%022d", Math.abs(mantissa >> 1));
    String number =
        digits.substring(0, 22 - scale).replaceFirst("^0+(?=\\d)", "")
            + (scale == 0 ? "" : "." + digits.substring(22 - scale))
            + String.format(Locale.ROOT, "e%+03d", exponent);
    byte[] text = number.getBytes(StandardCharsets.UTF_8);
    assertThat(FloatEncoder.parse(text, 0, text.length)).isEqualTo(Double.parseDouble(number));
  }

  @Property
  void everyLongComesBackFromItsText(@ForAll long value) {
    byte[] text = Long.toString(value).getBytes(StandardCharsets.UTF_8);
    assertThat(IntegerEncoder.parse(text, 0, text.length)).isEqualTo(value);
  }

  @Property
  void utf8IsWhatTheJdkSaysItIs(@ForAll byte @Size(max = 20) [] bytes, @ForAll String text) {
    byte[] valid = text.getBytes(StandardCharsets.UTF_8);
    assertThat(Utf8.isValid(valid, 0, valid.length)).isTrue();
    boolean same = jdkAccepts(bytes);
    assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(same);
  }

  private static boolean jdkAccepts(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes));
      return true;
    } catch (java.nio.charset.CharacterCodingException e) {
      return false;
    }
  }

  @Property
  void columnNamesAreValidUniqueAndIndependentOfLaterColumns(
      @ForAll("columnNames") List<String> originals, @ForAll @DoubleRange(max = 1) double part) {
    List<String> distinct = new ArrayList<>(new LinkedHashSet<>(originals));
    List<String> names = ColumnNames.of(distinct, "_walbeam");

    assertThat(names).hasSameSizeAs(distinct).allMatch(n -> n.matches("[A-Za-z_][A-Za-z0-9_]*"));
    assertThat(names).allMatch(n -> n.length() <= 300);
    assertThat(names.stream().map(n -> n.toLowerCase(Locale.ROOT))).doesNotHaveDuplicates();
    int count = (int) (part * distinct.size());
    assertThat(ColumnNames.of(distinct.subList(0, count), "_walbeam"))
        .isEqualTo(names.subList(0, count));
  }

  @Property
  void eachKeyHasItsNumberAsAMapFindsIt(
      @ForAll @Size(max = 3000) List<@IntRange(max = 1500) Integer> keys,
      @ForAll @IntRange(max = 2) int clearEvery) {
    LatestByKey latest = new LatestByKey();
    Map<Integer, Integer> model = new HashMap<>();
    for (int row = 0; row < keys.size(); row++) {
      if (clearEvery > 0 && (row == 1000 * clearEvery || row == 1000 * clearEvery + 20)) {
        latest.clear();
        model.clear();
      }
      int key = keys.get(row);
      Integer number = model.putIfAbsent(key, model.size());
      Tuple tuple = TypeCases.tuple("x" + key % 7, "" + key / 7);
      assertThat(latest.put(new KeyColumns(List.of(0, 1), ""), tuple))
          .isEqualTo(number == null ? LatestByKey.NONE : number);
    }
    assertThat(latest.size()).isEqualTo(model.size());
  }

  @Property
  void keysWhoseColumnsRunTogetherAreDifferent(@ForAll("shortTexts") List<String> parts) {
    LatestByKey latest = new LatestByKey();
    KeyColumns key = new KeyColumns(List.of(0, 1), "");
    String first = parts.get(0);
    String second = parts.get(1);
    latest.put(key, TypeCases.tuple(first, second));
    int known = latest.put(key, TypeCases.tuple(first + second, ""));
    assertThat(known).isEqualTo(second.isEmpty() ? 0 : LatestByKey.NONE);
  }

  @Property
  void rowJsonIsParsedBackWhateverTheNamesAndValues(
      @ForAll("texts") String name, @ForAll("texts") String value) {
    Relation relation =
        new Relation(
            1,
            new TableId("s", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(
                new RelationColumn("id " + name, 25, -1, true),
                new RelationColumn("n", 25, -1, false),
                new RelationColumn("u", 25, -1, false),
                new RelationColumn("v", 25, -1, false)));
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    Tuple tuple = new Tuple();
    tuple.reset(bytes);
    tuple.addText(0, bytes.length);
    tuple.add(Tuple.Kind.NULL);
    tuple.add(Tuple.Kind.UNCHANGED);
    tuple.addText(0, bytes.length);
    RowJson json = new RowJson(relation);

    JsonObject row = JsonParser.parseString(json.row(tuple)).getAsJsonObject();
    JsonObject key =
        JsonParser.parseString(json.key(new KeyColumns(List.of(0), ""), tuple)).getAsJsonObject();

    assertThat(row.keySet()).containsExactly("id " + name, "n", "v");
    assertThat(row.get("v").getAsString()).isEqualTo(value);
    assertThat(row.get("n")).extracting(JsonElement::isJsonNull).isEqualTo(true);
    assertThat(key.keySet()).containsExactly("id " + name);
    assertThat(json.key(new KeyColumns(List.of(), ""), tuple)).isEqualTo("{}");
  }

  @Provide
  Arbitrary<List<String>> columnNames() {
    Arbitrary<String> name =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMinLength(1).ofMaxLength(4),
            Arbitraries.strings().withChars("aA_ -1").ofMinLength(1).ofMaxLength(3),
            Arbitraries.strings().withChars("aA").ofLength(301),
            Arbitraries.of("_walbeam", "_TABLE_", "c_TABLE_", "_file_a", "order"));
    return name.list().ofMaxSize(30);
  }

  @Provide
  Arbitrary<List<String>> shortTexts() {
    return Arbitraries.strings().withChars("a\u0001\u0000").ofMaxLength(8).list().ofSize(2);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withCharRange('\u0001', '\uD7FF').ofMaxLength(30);
  }
}
