package io.walbeam.dump;

import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.Route;
import java.util.Optional;

/** Finds the route of a published table: the same as the stream's. */
@FunctionalInterface
public interface DumpRouter {
  /** The route, empty if the options leave the table out. */
  Optional<Route> route(PublishedTable table);
}
