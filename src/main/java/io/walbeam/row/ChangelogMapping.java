package io.walbeam.row;

import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row for each change of a source table: what happened, the row before and after, and where.
 *
 * <p>The images are JSON objects, so that an altered table needs no other changelog. Immutable and
 * thread-safe; buffers and {@link RowJson} belong to the caller's thread.
 */
public sealed interface ChangelogMapping
    permits AppendedChangelog, KeyedChangelog, EnvelopeLines, EnvelopeAvro {
  /** What a changelog's name has after that of the table. */
  String SUFFIX = "_changelog";

  /** What the view has there, in which each change is once. */
  String VIEW_SUFFIX = "_changes";

  /**
   * Compiles the changelog of a table, as new ones are: appended to.
   *
   * @param key the table's key, which may not exist
   */
  static ChangelogMapping appended(
      Relation relation, KeyColumns key, SourceTypes types, MappingSettings settings) {
    return AppendedChangelog.compile(relation, key, types, settings);
  }

  /**
   * Compiles the changelog of a table that is there already and keyed by the position; its values
   * are PostgreSQL's texts, as they always were there.
   */
  static ChangelogMapping keyed(Relation relation, KeyColumns key, MappingSettings settings) {
    return KeyedChangelog.compile(relation, key, settings);
  }

  /** Compiles the changelog of a table as lines of JSON; its name is the table's. */
  static ChangelogMapping lines(
      Relation relation, KeyColumns key, SourceTypes types, MappingSettings settings) {
    return EnvelopeLines.compile(relation, key, types, settings);
  }

  /** Compiles the same as data of Avro. */
  static ChangelogMapping avro(
      Relation relation, KeyColumns key, SourceTypes types, MappingSettings settings) {
    return EnvelopeAvro.compile(relation, key, types, settings);
  }

  /** Where the envelopes of a table's changes go that is no table. */
  static DestinationTable envelopes(
      Relation relation, List<DestinationColumn> columns, MappingSettings settings) {
    return new DestinationTable(
        settings.tableName().nameOf(relation.table()),
        columns,
        List.of(),
        List.of(),
        description(relation) + " A change may be there twice.",
        "",
        "",
        Optional.empty());
  }

  /** Name of the changelog of a table. */
  static String name(Relation relation, MappingSettings settings) {
    return settings.tableName().nameOf(relation.table()) + SUFFIX;
  }

  /** The table that must exist before the first row. */
  DestinationTable destination();

  /**
   * Encodes one change.
   *
   * @param json of the same relation
   * @param oldRow null if the change carries nothing of the old row
   * @param newRow null if there is none: a delete or a truncation
   */
  EncodedRow encode(
      RowJson json, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta, RowBuffer out);

  /** Shown to users of the table. */
  static String description(Relation relation) {
    return "Changes of the PostgreSQL table " + relation.table().quoted() + ", kept by walbeam.";
  }

  /** Whether the row lacks values that the change left alone. */
  static boolean hasUnchanged(Tuple row) {
    for (int i = 0; i < row.size(); i++) {
      if (row.kind(i) == Tuple.Kind.UNCHANGED) {
        return true;
      }
    }
    return false;
  }
}
