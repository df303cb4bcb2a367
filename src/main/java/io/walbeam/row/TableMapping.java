package io.walbeam.row;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.Tuple;
import io.walbeam.change.TypeName;
import java.util.ArrayList;
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
  private static final int MOST_CLUSTERING_COLUMNS = 4;

  private static final String TEXT_SUFFIX = "__text";

  private static final ColumnEncoder TEXT = new TextEncoder();

  private final Relation relation;
  private final KeyColumns key;
  private final DestinationTable destination;
  private final RowFingerprint fingerprint;
  private final ColumnEncoder[] encoders;
  private final int[] tags;
  private final boolean[] inKey;

  /** Tag of the column beside a column that takes the text of what BigQuery lacks; 0 for none. */
  private final int[] textTags;

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
    encoders = new ColumnEncoder[size];
    tags = new int[size];
    inKey = new boolean[size];
    for (int i = 0; i < size; i++) {
      encoders[i] = types.get(i).encoder();
      tags[i] = field(i) << 3 | encoders[i].wireType();
      inKey[i] = key.positions().contains(i);
    }
    textTags = new int[size];
    int next = size;
    for (int column : texts) {
      textTags[column] = field(next++) << 3 | ColumnEncoder.DELIMITED;
    }
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
      if (!key.positions().contains(i)
          && settings.unrepresentable().hasTexts(mappings.get(i).type())) {
        texts.add(i);
      }
    }
    return new TableMapping(
        relation,
        key,
        destination(relation, key, names, mappings, texts, settings),
        mappings,
        texts,
        settings.unrepresentable(),
        substitutions);
  }

  private static DestinationTable destination(
      Relation relation,
      KeyColumns key,
      List<String> names,
      List<TypeMapping> mappings,
      SortedSet<Integer> texts,
      MappingSettings settings) {
    List<DestinationColumn> columns = new ArrayList<>();
    List<String> primaryKey = new ArrayList<>();
    List<String> clustering = new ArrayList<>();
    columns.add(RowHeader.column());
    for (int i = 0; i < names.size(); i++) {
      boolean inKey = key.positions().contains(i);
      TypeMapping mapping = mappings.get(i);
      columns.add(
          new DestinationColumn(
              names.get(i),
              mapping.type(),
              field(i),
              inKey,
              DestinationColumn.SOURCE
                  + relation.columns().get(i).name()
                  + DestinationColumn.SOURCE_END
                  + mapping.source()
                  + ".",
              List.of()));
      if (inKey) {
        primaryKey.add(names.get(i));
      }
      // Of the types that a key may have, BYTES alone cannot be clustered.
      if (inKey
          && mapping.type() != DestinationType.BYTES
          && clustering.size() < MOST_CLUSTERING_COLUMNS) {
        clustering.add(names.get(i));
      }
    }
    columns.addAll(textColumns(relation, names, texts));
    return new DestinationTable(
        settings.tableName().nameOf(relation.table()),
        columns,
        primaryKey,
        clustering,
        DestinationTable.CURRENT_STATE + relation.table().quoted() + ", kept by walbeam.",
        settings.maxStaleness());
  }

  /** Columns for the text of values that BigQuery lacks, behind all others. */
  private static List<DestinationColumn> textColumns(
      Relation relation, List<String> names, SortedSet<Integer> texts) {
    List<String> wanted = new ArrayList<>(names);
    texts.forEach(column -> wanted.add(names.get(column) + TEXT_SUFFIX));
    List<String> unique = ColumnNames.of(wanted, RowHeader.COLUMN);
    List<DestinationColumn> columns = new ArrayList<>();
    int next = names.size();
    for (int column : texts) {
      columns.add(
          new DestinationColumn(
              unique.get(next),
              DestinationType.STRING,
              field(next),
              false,
              "Text of the values that BigQuery lacks in PostgreSQL column \""
                  + relation.columns().get(column).name()
                  + "\".",
              List.of()));
      next++;
    }
    return columns;
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
    if (row.size() != encoders.length) {
      return false;
    }
    boolean unchanged = false;
    for (int i = 0; i < encoders.length; i++) {
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
    for (int i = 0; i < encoders.length; i++) {
      encodeColumn(i, row, out);
    }
    return out.endRow();
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
    for (int i = 0; i < encoders.length; i++) {
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
        out.writeVarint(tags[i]);
        encoders[i].encode(row.bytes(), offset, offset + row.length(i), out);
      } catch (Rejection.ValueRejectedException e) {
        out.rollBackTo(before);
        substitute(i, row, e.rejection(), out);
      }
    } else if (kind != Tuple.Kind.NULL || inKey[i]) {
      throw rejected(i, withoutText(i, kind), out);
    }
  }

  /** Writes what was chosen in the place of a value that BigQuery lacks. */
  private void substitute(int i, Tuple row, Rejection rejection, RowBuffer out) {
    Unrepresentable.Choice choice =
        inKey[i] ? Unrepresentable.Choice.DEADLETTER : unrepresentable.choice(rejection);
    switch (choice) {
      case DEADLETTER -> throw rejected(i, rejection, out);
      case STRING -> {
        if (textTags[i] == 0) {
          throw rejected(i, rejection, out);
        }
        int offset = row.offset(i);
        try {
          out.writeVarint(textTags[i]);
          TEXT.encode(row.bytes(), offset, offset + row.length(i), out);
        } catch (Rejection.ValueRejectedException e) {
          throw rejected(i, e.rejection(), out);
        }
      }
      case NULL -> {
        // A field that is missing is NULL.
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
    if (row.size() != encoders.length) {
      int first = Math.min(row.size(), encoders.length - 1);
      throw Rejection.TUPLE_WIDTH.row(relation.table(), relation.columns().get(first).name());
    }
  }

  private RowRejectedException rejected(int i, Rejection rejection, RowBuffer out) {
    out.rollBack();
    return rejection.row(relation.table(), relation.columns().get(i).name());
  }

  private static int field(int column) {
    return RowHeader.FIELD + 1 + column;
  }
}
