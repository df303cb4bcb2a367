package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.change.TypeName;
import io.walbeam.change.TypeShape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A table of cases for one column type: text in, value out or rejection. The failure message names
 * the case.
 */
final class TypeCases {
  private final TableMapping mapping;
  private final ProtoRows rows;
  private final RowBuffer buffer = new RowBuffer();
  private final List<String> failures = new ArrayList<>();
  private int lastEnd;

  private TypeCases(
      int oid, int modifier, boolean key, Map<Integer, TypeName> types, ExistingColumns existing) {
    this(oid, modifier, key, SourceTypes.announced(types), existing, StructureMode.JSON);
  }

  private TypeCases(
      int oid,
      int modifier,
      boolean key,
      SourceTypes types,
      ExistingColumns existing,
      StructureMode structures) {
    Relation relation =
        new Relation(
            7,
            new TableId("public", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(
                new RelationColumn("id", 20, -1, true),
                new RelationColumn("v", oid, modifier, key)));
    mapping =
        TableMapping.compile(
            relation,
            KeyColumns.of(relation, Optional.empty()),
            types,
            existing,
            new MappingSettings(TableNameTemplate.DEFAULT, "", WriteMode.UPSERT, "", structures),
            Substitutions.UNTOLD);
    rows = new ProtoRows(mapping.destination());
  }

  static TypeCases of(int oid) {
    return new TypeCases(oid, -1, false, Map.of(), ExistingColumns.NONE);
  }

  static TypeCases of(int oid, int modifier) {
    return new TypeCases(oid, modifier, false, Map.of(), ExistingColumns.NONE);
  }

  static TypeCases ofKey(int oid) {
    return new TypeCases(oid, -1, true, Map.of(), ExistingColumns.NONE);
  }

  /** Arrays are to be text. */
  static TypeCases inText(int oid) {
    return new TypeCases(
        oid, -1, false, SourceTypes.NONE, ExistingColumns.NONE, StructureMode.TEXT);
  }

  /** Arrays are to be text, and the destination's column is there already. */
  static TypeCases inText(DestinationType existing, int oid) {
    return new TypeCases(
        oid,
        -1,
        false,
        SourceTypes.NONE,
        new ExistingColumns(Map.of("v", existing)),
        StructureMode.TEXT);
  }

  /** The destination's column is there already, under another case of its name. */
  static TypeCases in(DestinationType existing, int oid) {
    return in(existing, oid, -1);
  }

  static TypeCases in(DestinationType existing, int oid, int modifier) {
    return new TypeCases(
        oid, modifier, false, Map.of(), new ExistingColumns(Map.of("V", existing)));
  }

  static TypeCases of(TypeName type) {
    return new TypeCases(type.oid(), -1, false, Map.of(type.oid(), type), ExistingColumns.NONE);
  }

  static TypeCases ofMoney(int fractionDigits) {
    SourceTypes types =
        new SourceTypes(Map.of(), Map.of(BuiltInTypes.MONEY, new TypeShape.Money(fractionDigits)));
    return new TypeCases(
        BuiltInTypes.MONEY, -1, false, types, ExistingColumns.NONE, StructureMode.JSON);
  }

  static TypeCases numeric(int precision, int scale) {
    return of(BuiltInTypes.NUMERIC, ((precision << 16) | (scale & 0x7FF)) + 4);
  }

  TypeCases isA(DestinationType type) {
    assertThat(mapping.destination().columns().get(2).type()).isEqualTo(type);
    return this;
  }

  TypeCases described(String text) {
    assertThat(mapping.destination().columns().get(2).description()).isEqualTo(text);
    return this;
  }

  /** The text becomes the value. */
  TypeCases to(String text, Object value) {
    try {
      Object actual = encode(text);
      if (!value.equals(actual)) {
        failures.add(text + " became " + actual + " instead of " + value);
      }
    } catch (RowRejectedException e) {
      failures.add(text + " was rejected: " + e.refusal().message());
    }
    return this;
  }

  /** The text is kept as it is. */
  TypeCases kept(String... texts) {
    for (String text : texts) {
      to(text, text);
    }
    return this;
  }

  TypeCases toBytes(String text, int... bytes) {
    byte[] value = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      value[i] = (byte) bytes[i];
    }
    return to(text, ByteString.copyFrom(value));
  }

  /** The text is rejected, with a remedy, without being shown, and leaves no trace. */
  TypeCases rejected(Rejection rejection, String... texts) {
    for (String text : texts) {
      RowRejectedException e = catchThrowableOfType(RowRejectedException.class, () -> encode(text));
      if (e == null) {
        failures.add(text + " was not rejected");
      } else {
        assertThat(e.refusal().errorClass().name()).as(text).isEqualTo(rejection.name());
        assertThat(e.column()).isEqualTo("v");
        assertThat(e.refusal().message())
            .startsWith("Column \"v\" of table public.t ")
            .endsWith(".");
        assertThat(e.refusal().remedy()).endsWith(".");
        if (text.length() > 3) {
          assertThat(e.toString() + e.refusal()).doesNotContain(text);
        }
        assertThat(buffer.position()).as("rolled back").isEqualTo(lastEnd);
      }
    }
    return this;
  }

  /** Reports all failures at once; also checks that NULL is simply absent. */
  void check() {
    if (!mapping.key().positions().contains(1)) {
      Tuple tuple = tuple("1");
      tuple.add(Tuple.Kind.NULL);
      assertThat(rows.read(encode(tuple)))
          .containsOnlyKeys("_CHANGE_TYPE", "_CHANGE_SEQUENCE_NUMBER", "_walbeam", "id");
    }
    assertThat(failures).isEmpty();
  }

  private Object encode(String text) {
    Map<String, Object> values = rows.read(encode(tuple("1", text)));
    return Objects.requireNonNull(values.get("v"));
  }

  private EncodedRow encode(Tuple tuple) {
    EncodedRow row =
        mapping.encodeUpsert(
            tuple, new RowMeta().transaction(1, 2, 3, 4).change(5, 6, Operation.INSERT), buffer);
    lastEnd = buffer.position();
    return row;
  }

  /** A tuple of texts; in a middle of other bytes, so that reading beyond a value shows. */
  static Tuple tuple(String... texts) {
    StringBuilder all = new StringBuilder("9");
    for (String text : texts) {
      all.append(text).append("9");
    }
    byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
    Tuple tuple = new Tuple();
    tuple.reset(bytes);
    int offset = 1;
    for (String text : texts) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      tuple.addText(offset, length);
      offset += length + 1;
    }
    return tuple;
  }
}
