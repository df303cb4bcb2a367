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
import java.util.concurrent.TimeUnit;

/**
 * Which table mapping a relation gets: compiled once per description, shared by all threads.
 *
 * <p>Two source tables that would share a destination table are refused, not mixed.
 */
public final class Routes {
  /** What the relation message does not tell. Called on a worker thread, may block and retry. */
  interface Keys {
    /**
     * Columns of the key where the description does not tell, else empty; see {@link KeyChoice}.
     */
    List<String> key(Relation relation);
  }

  /** Compiles a mapping. */
  interface Compiler {
    Route compile(Relation relation, Optional<List<String>> key, Map<Integer, TypeName> types);
  }

  /**
   * A route, and what it was compiled with.
   *
   * @param askedNanos when the catalogue was asked
   */
  private record Known(Route route, Optional<List<String>> key, long askedNanos) {}

  /**
   * How long a key is believed where the description stays the same when the key changes. Shorter
   * than the quiet before a dump, so that what comes after the dump's position has the new key.
   */
  private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final TablePatterns tables;
  private final Keys keys;
  private final Compiler compiler;
  private final Map<Relation, Known> routes = new ConcurrentHashMap<>();
  private final Map<String, TableId> owners = new ConcurrentHashMap<>();

  public Routes(TablePatterns tables, Keys keys, Compiler compiler) {
    this.tables = tables;
    this.keys = keys;
    this.compiler = compiler;
  }

  /**
   * The route of {@code relation}.
   *
   * @param types the types that the stream has announced before it, by object identifier
   * @throws WalbeamException if its destination table belongs to another source table
   */
  public Route route(Relation relation, Map<Integer, TypeName> types) {
    Known known = routes.get(relation);
    if (known != null && !isDue(relation, known)) {
      return known.route();
    }
    long now = System.nanoTime();
    if (!tables.matches(relation.table())) {
      Route none = Route.filteredOut(relation);
      routes.put(relation, new Known(none, Optional.empty(), now));
      return none;
    }
    Optional<List<String>> key = Optional.of(keys.key(relation)).filter(names -> !names.isEmpty());
    Route route =
        known != null && known.key().equals(key) ? known.route() : compile(relation, key, types);
    routes.put(relation, new Known(route, key, now));
    return route;
  }

  private static boolean isDue(Relation relation, Known known) {
    boolean told =
        relation.identity() == ReplicaIdentity.DEFAULT
            || relation.identity() == ReplicaIdentity.INDEX;
    return !told
        && known.route().wanted()
        && System.nanoTime() - known.askedNanos() >= BELIEVED_NANOS;
  }

  private Route compile(
      Relation relation, Optional<List<String>> key, Map<Integer, TypeName> types) {
    Route route = compiler.compile(relation, key, types);
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
