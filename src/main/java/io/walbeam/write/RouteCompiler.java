package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TypeName;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.ExistingColumns;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.SourceTypes;
import io.walbeam.row.Substitutions;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.ChangelogShapes;
import io.walbeam.sink.ExistingTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the tables that a relation is written to. Thread-safe.
 *
 * <p>A column that the destination has keeps its type there where that holds every value, and so
 * does one that an earlier description of the table brought: its rows may be under way still. A
 * changelog that the destination has already with a key is written by it; any other is appended to.
 */
public final class RouteCompiler implements Routes.Compiler {
  private static final Logger log = LoggerFactory.getLogger(RouteCompiler.class);

  private final MappingSettings mapping;
  private final ExistingTables existing;
  private final ChangelogShapes shapes;
  private final Map<TableId, ExistingColumns> compiled = new ConcurrentHashMap<>();
  private final Map<String, TableId> owners = new ConcurrentHashMap<>();
  private final Substitutions substitutions;

  /**
   * @param substitutions told of values that are not written as they are
   */
  public RouteCompiler(
      MappingSettings mapping,
      ExistingTables existing,
      ChangelogShapes shapes,
      Substitutions substitutions) {
    this.substitutions = substitutions;
    this.mapping = mapping;
    this.existing = existing;
    this.shapes = shapes;
  }

  @Override
  public Route compile(Relation relation, Map<Integer, TypeName> types, TableDetails details) {
    KeyColumns key =
        details.older() ? earlierKey(relation) : KeyColumns.of(relation, details.keyIfChosen());
    boolean current = mapping.mode().currentState() && key.exists();
    if (mapping.mode().currentState() && !current) {
      log.warn("{}", key.absence());
    }
    return new Route(
        relation,
        key,
        current
            ? current(
                widened(relation, details.unsent()), key, new SourceTypes(types, details.types()))
            : null,
        // Of a table without identity the changes of rows may be missing: what came stays readable.
        mapping.mode().changelog() || !current || relation.identity() == ReplicaIdentity.NOTHING
            ? changelog(relation, key, new SourceTypes(types, details.types()))
            : null);
  }

  /** The key by which rows of before were written, as the destination's tables remember it. */
  private KeyColumns earlierKey(Relation relation) {
    Set<String> names =
        relation.columns().stream().map(RelationColumn::name).collect(Collectors.toSet());
    try {
      return existing.keys(mapping.tableName().nameOf(relation.table())).stream()
          .filter(names::containsAll)
          .findFirst()
          .map(key -> KeyColumns.of(relation, Optional.of(key)))
          .orElseGet(() -> KeyColumns.forgotten(relation));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** With columns behind its own that its rows do not carry. */
  private static Relation widened(Relation relation, List<RelationColumn> unsent) {
    if (unsent.isEmpty()) {
      return relation;
    }
    List<RelationColumn> columns = new ArrayList<>(relation.columns());
    columns.addAll(unsent);
    return new Relation(relation.id(), relation.table(), relation.identity(), columns);
  }

  private ChangelogMapping changelog(Relation relation, KeyColumns key, SourceTypes types) {
    return switch (mapping.form()) {
      case TABLE_ROW -> changelogTable(relation, key, types);
      case JSON_LINE, KEYED_LINE ->
          claimed(ChangelogMapping.lines(relation, key, types, mapping), relation.table());
      case AVRO_DATUM ->
          claimed(ChangelogMapping.avro(relation, key, types, mapping), relation.table());
    };
  }

  private ChangelogMapping claimed(ChangelogMapping changes, TableId source) {
    claim(changes.destination().name(), source);
    return changes;
  }

  /** Files do not remember whose they are, as tables do. */
  private void claim(String name, TableId source) {
    TableId owner = owners.putIfAbsent(name.toLowerCase(Locale.ROOT), source);
    if (owner != null && !owner.equals(source)) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The tables " + owner + " and " + source + " would both be written to " + name + ".",
          "Leave one out with --excludeTables, or give --tableName another form.");
    }
  }

  private ChangelogMapping changelogTable(Relation relation, KeyColumns key, SourceTypes types) {
    try {
      return shapes.keyed(ChangelogMapping.name(relation, mapping))
          ? ChangelogMapping.keyed(relation, key, mapping)
          : ChangelogMapping.appended(relation, key, types, mapping);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private TableMapping current(Relation relation, KeyColumns key, SourceTypes types) {
    String name = mapping.tableName().nameOf(relation.table());
    ExistingColumns columns = columns(name, relation.table());
    TableMapping current =
        TableMapping.compile(relation, key, types, columns, mapping, substitutions);
    compiled.put(relation.table(), columns.and(ExistingColumns.of(current.destination())));
    return current;
  }

  private ExistingColumns columns(String table, TableId source) {
    try {
      return existing.columns(table).and(compiled.getOrDefault(source, ExistingColumns.NONE));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static WalbeamException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "Looking at a table of the destination was interrupted.",
        "Start again; nothing is lost.",
        e);
  }
}
