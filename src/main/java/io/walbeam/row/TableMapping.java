package io.walbeam.row;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.Tuple;
import io.walbeam.change.TypeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One version of a source table, compiled: the destination table that holds its current state, and
 * how a tuple becomes a row of it.
 *
 * <p>Immutable and thread-safe; the tuples, the {@link RowMeta} and the {@link RowBuffer} belong to
 * the caller's thread. Encoding allocates nothing but the returned row.
 */
public final class TableMapping {
  private static final ColumnEncoder TEXT = new TextEncoder();

  private final Relation relation;
  private final KeyColumns key;
  private final DestinationTable destination;
  private final RowFingerprint fingerprint;
  private final FieldWriter[] fields;
  private final boolean[] inKey;

  /** The columns beside columns, by these, that take the text of what BigQuery lacks. */
  private final Map<Integer, FieldWriter> texts;

  private final Unrepresentable unrepresentable;
  private final Substitutions substitutions;

  private TableMapping(
      Relation relation,
      KeyColumns key,
      DestinationTable destination,
      List<TypeMapping> types,
      Set<Integer> texts,
      Unrepresentable unrepresentable,
      Substitutions substitutions) {
    this.unrepresentable = unrepresentable;
    this.substitutions = substitutions;
    this.relation = relation;
    this.key = key;
    this.destination = destination;
    this.fingerprint =
        new RowFingerprint(relation.columns().stream().map(RelationColumn::name).toList());
    int size = types.size();
    fields = new FieldWriter[size];
    inKey = new boolean[size];
    for (int i = 0; i < size; i++) {
      fields[i] = types.get(i).field(CurrentStateTable.field(i));
      inKey[i] = key.positions().contains(i);
    }
    Map<Integer, FieldWriter> textFields = new HashMap<>();
    int next = size;
    for (int column : texts) {
      textFields.put(column, SingleField.of(CurrentStateTable.field(next++), TEXT));
    }
    this.texts = Map.copyOf(textFields);
  }

  /** Compiles a table that has a key and is not there yet. */
  public static TableMapping compile(
      Relation relation, KeyColumns key, Map<Integer, TypeName> types, MappingSettings settings) {
    return compile(
        relation,
        key,
        SourceTypes.announced(types),
        ExistingColumns.NONE,
        settings,
        Substitutions.UNTOLD);
  }

  /**
   * Compiles a table that has a key.
   *
   * @param existing what the destination table has already
   * @throws IllegalArgumentException if there is no key: such a table has a changelog only
   */
  public static TableMapping compile(
      Relation relation,
      KeyColumns key,
      SourceTypes types,
      ExistingColumns existing,
      MappingSettings settings,
      Substitutions substitutions) {
    if (!key.exists()) {
      throw new IllegalArgumentException("a table without key has a changelog only");
    }
    List<String> names =
        ColumnNames.of(
            relation.columns().stream().map(RelationColumn::name).toList(), RowHeader.COLUMN);
    List<TypeMapping> mappings = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      boolean inKey = key.positions().contains(i);
      mappings.add(
          TypeMapping.of(
              relation.columns().get(i),
              inKey,
              types,
              settings.structures(),
              existing.type(names.get(i))));
    }
    SortedSet<Integer> texts = new TreeSet<>();
    for (int i = 0; i < names.size(); i++) {
      if (!key.positions().contains(i) && settings.unrepresentable().hasTexts(mappings.get(i))) {
        texts.add(i);
      }
    }
    return new TableMapping(
        relation,
        key,
        CurrentStateTable.of(relation, key, names, mappings, texts, settings),
        mappings,
        texts,
        settings.unrepresentable(),
        substitutions);
  }

  /** The source table as compiled. */
  public Relation relation() {
    return relation;
  }

  public KeyColumns key() {
    return key;
  }

  /** The table that must exist before the first row. */
  public DestinationTable destination() {
    return destination;
  }

  /**
   * Whether {@code row} lacks values that the stream did not carry, and has the key to look them up
   * by.
   */
  public boolean canBeLookedUp(Tuple row) {
    if (row.size() != fields.length) {
      return false;
    }
    boolean unchanged = false;
    for (int i = 0; i < fields.length; i++) {
      if (inKey[i] && row.kind(i) != Tuple.Kind.TEXT) {
        return false;
      }
      unchanged |= row.kind(i) == Tuple.Kind.UNCHANGED;
    }
    return unchanged;
  }

  /**
   * Encodes the row's new state.
   *
   * @throws RowRejectedException if BigQuery lacks one of its values; {@code out} is as before
   */
  public EncodedRow encodeUpsert(Tuple row, RowMeta meta, RowBuffer out) {
    requireWidth(row);
    out.beginRow();
    RowHeader.writeUpsert(meta, fingerprint.of(row), out);
    for (int i = 0; i < fields.length; i++) {
      encodeColumn(i, row, out);
    }
    return out.endRow();
  }

  /**
   * Whether column {@code i} of the destination has the source's value itself in a form of its own.
   */
  boolean isPlain(int i) {
    return i < fields.length
        && fields[i] instanceof SingleField single
        && !(single.value() instanceof JsonColumnEncoder || single.value() instanceof MoneyEncoder);
  }

  /** What tells this image of a row from every other; the member {@code _walbeam.fingerprint}. */
  public long fingerprint(Tuple row) {
    requireWidth(row);
    return fingerprint.of(row);
  }

  /**
   * Encodes that the row with this key is gone.
   *
   * @param oldRow only its key columns are read
   * @throws RowRejectedException if the key cannot be written; {@code out} is as before
   */
  public EncodedRow encodeDelete(Tuple oldRow, RowMeta meta, RowBuffer out) {
    requireWidth(oldRow);
    out.beginRow();
    RowHeader.writeDelete(meta, out);
    for (int i = 0; i < fields.length; i++) {
      if (inKey[i]) {
        encodeColumn(i, oldRow, out);
      }
    }
    return out.endRow();
  }

  private void encodeColumn(int i, Tuple row, RowBuffer out) {
    Tuple.Kind kind = row.kind(i);
    if (kind == Tuple.Kind.TEXT) {
      int offset = row.offset(i);
      int before = out.rowLength();
      try {
        fields[i].write(row.bytes(), offset, offset + row.length(i), out);
        if (out.rowLength() == before) {
          writeEmptyArray(i, row, out);
        }
      } catch (Rejection.ValueRejectedException e) {
        out.rollBackTo(before);
        substitute(i, row, e.rejection(), out);
      }
    } else if (kind != Tuple.Kind.NULL || inKey[i]) {
      throw rejected(i, withoutText(i, kind), out);
    }
  }

  /** BigQuery's columns do not tell an empty array from NULL, but its text beside it does. */
  private void writeEmptyArray(int i, Tuple row, RowBuffer out) {
    FieldWriter text = texts.get(i);
    if (text != null) {
      text.write(row.bytes(), row.offset(i), row.offset(i) + row.length(i), out);
    }
  }

  /** Writes what was chosen in the place of a value that BigQuery lacks. */
  private void substitute(int i, Tuple row, Rejection rejection, RowBuffer out) {
    Unrepresentable.Choice choice =
        inKey[i] ? Unrepresentable.Choice.DEADLETTER : unrepresentable.choice(rejection);
    switch (choice) {
      case DEADLETTER -> throw rejected(i, rejection, out);
      case STRING -> {
        FieldWriter text = texts.get(i);
        if (text == null) {
          throw rejected(i, rejection, out);
        }
        int offset = row.offset(i);
        try {
          text.write(row.bytes(), offset, offset + row.length(i), out);
        } catch (Rejection.ValueRejectedException e) {
          throw rejected(i, e.rejection(), out);
        }
      }
      case NULL -> {
        // A field that is missing is NULL, or an array without elements.
      }
    }
    substitutions.written(
        relation.table(), relation.columns().get(i).name(), rejection.errorClass(), choice);
  }

  private Rejection withoutText(int i, Tuple.Kind kind) {
    if (kind == Tuple.Kind.NULL) {
      return Rejection.KEY_NULL;
    }
    return inKey[i] ? Rejection.KEY_MISSING : Rejection.UNCHANGED_TOAST;
  }

  private void requireWidth(Tuple row) {
    if (row.size() != fields.length) {
      int first = Math.min(row.size(), fields.length - 1);
      throw Rejection.TUPLE_WIDTH.row(relation.table(), relation.columns().get(first).name());
    }
  }

  private RowRejectedException rejected(int i, Rejection rejection, RowBuffer out) {
    out.rollBack();
    return rejection.row(relation.table(), relation.columns().get(i).name());
  }
}
