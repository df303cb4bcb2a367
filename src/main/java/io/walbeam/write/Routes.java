package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TablePatterns;
import io.walbeam.change.TypeName;
import io.walbeam.row.Route;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Which table mapping a relation gets: compiled once per description, shared by all threads. */
public final class Routes {
  /** What the relation message does not tell. Called on a worker thread, may block and retry. */
  interface Catalogue {
    /**
     * What is known of the table now.
     *
     * @param types the types that the stream has announced before it, by object identifier
     */
    TableDetails details(Relation relation, Map<Integer, TypeName> types);

    /** Whether generated columns are looked up, which come and go unsaid. */
    default boolean looksUpGenerated() {
      return false;
    }
  }

  /** Compiles a mapping. */
  interface Compiler {
    Route compile(Relation relation, Map<Integer, TypeName> types, TableDetails details);
  }

  /**
   * What a route is for.
   *
   * @param complete whether rows carry every column, as those of a dump do
   */
  private record Wanted(Relation relation, boolean complete) {}

  /**
   * A route, and what it was compiled with.
   *
   * @param askedNanos when the catalogue was asked
   */
  private record Known(Route route, TableDetails details, long askedNanos) {}

  /**
   * How long the catalogue is believed where the description stays the same though it changes.
   * Shorter than the quiet before a dump, so that what comes after the dump's position is right.
   */
  private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final TablePatterns tables;
  private final Catalogue catalogue;
  private final Compiler compiler;
  private final Map<Wanted, Known> routes = new ConcurrentHashMap<>();

  public Routes(TablePatterns tables, Catalogue catalogue, Compiler compiler) {
    this.tables = tables;
    this.catalogue = catalogue;
    this.compiler = compiler;
  }

  /**
   * The route of {@code relation}, whose rows the stream brings.
   *
   * @param types the types that the stream has announced before it, by object identifier
   */
  public Route route(Relation relation, Map<Integer, TypeName> types) {
    return route(new Wanted(relation, false), types);
  }

  /** Whether {@link #route} has been asked for it: it need not be made then. */
  boolean knows(Relation relation) {
    return routes.containsKey(new Wanted(relation, false));
  }

  /** The same for rows that carry every column, as those of a dump do. */
  public Route complete(Relation relation, Map<Integer, TypeName> types) {
    return route(new Wanted(relation, true), types);
  }

  private Route route(Wanted wanted, Map<Integer, TypeName> types) {
    Relation relation = wanted.relation();
    Known known = routes.get(wanted);
    if (known != null && !isDue(relation, known)) {
      return known.route();
    }
    long now = System.nanoTime();
    if (!tables.matches(relation.table())) {
      Route none = Route.filteredOut(relation);
      routes.put(wanted, new Known(none, TableDetails.NONE, now));
      return none;
    }
    TableDetails found = catalogue.details(relation, types);
    TableDetails details = wanted.complete() ? found.complete() : found;
    Route route =
        known != null && (details.older() || known.details().equals(details))
            ? known.route()
            : compiler.compile(relation, types, details);
    routes.put(wanted, new Known(route, details, now));
    return route;
  }

  private boolean isDue(Relation relation, Known known) {
    boolean told =
        relation.identity() == ReplicaIdentity.DEFAULT
            || relation.identity() == ReplicaIdentity.INDEX;
    boolean mayChange = !told || known.details().mayChange() || catalogue.looksUpGenerated();
    return mayChange
        && known.route().wanted()
        && System.nanoTime() - known.askedNanos() >= BELIEVED_NANOS;
  }
}
