package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.change.TypeName;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.Route;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which table mapping a relation gets: compiled once per description, shared by all threads.
 *
 * <p>Two source tables that would share a destination table are refused, not mixed.
 */
public final class Routes {
  /** What the relation message does not tell. Called on a worker thread, may block and retry. */
  interface PrimaryKeys {
    /** Columns of the immediate primary key in key order, empty if there is none (any more). */
    List<String> primaryKey(Relation relation);
  }

  /** Compiles a mapping. */
  interface Compiler {
    Route compile(
        Relation relation, Optional<List<String>> primaryKey, Map<Integer, TypeName> types);
  }

  private final TablePatterns tables;
  private final PrimaryKeys primaryKeys;
  private final Compiler compiler;
  private final Map<Relation, Route> routes = new ConcurrentHashMap<>();
  private final Map<String, TableId> owners = new ConcurrentHashMap<>();

  public Routes(TablePatterns tables, PrimaryKeys primaryKeys, Compiler compiler) {
    this.tables = tables;
    this.primaryKeys = primaryKeys;
    this.compiler = compiler;
  }

  /**
   * The route of {@code relation}.
   *
   * @param types the types that the stream has announced before it, by object identifier
   * @throws WalbeamException if its destination table belongs to another source table
   */
  public Route route(Relation relation, Map<Integer, TypeName> types) {
    Route known = routes.get(relation);
    if (known != null) {
      return known;
    }
    Route route = compile(relation, types);
    routes.put(relation, route);
    return route;
  }

  private Route compile(Relation relation, Map<Integer, TypeName> types) {
    if (!tables.matches(relation.table())) {
      return Route.filteredOut(relation);
    }
    Optional<List<String>> primaryKey =
        relation.identity() == ReplicaIdentity.FULL
            ? Optional.of(primaryKeys.primaryKey(relation)).filter(names -> !names.isEmpty())
            : Optional.empty();
    Route route = compiler.compile(relation, primaryKey, types);
    for (DestinationTable table : route.destinations()) {
      claim(table.name(), relation.table());
      table.view().ifPresent(view -> claim(view.name(), relation.table()));
    }
    return route;
  }

  private void claim(String name, TableId source) {
    TableId owner = owners.putIfAbsent(name.toLowerCase(Locale.ROOT), source);
    if (owner != null && !owner.equals(source)) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The tables " + owner + " and " + source + " would both be written to " + name + ".",
          "Leave one out with --excludeTables, or give --tableName another form.");
    }
  }
}
