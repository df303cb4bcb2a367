package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.change.TypeName;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the tables that a relation is written to. */
public final class RouteCompiler implements Routes.Compiler {
  private static final Logger log = LoggerFactory.getLogger(RouteCompiler.class);

  private final MappingSettings mapping;

  public RouteCompiler(MappingSettings mapping) {
    this.mapping = mapping;
  }

  @Override
  public Route compile(
      Relation relation, Optional<List<String>> primaryKey, Map<Integer, TypeName> types) {
    KeyColumns key = KeyColumns.of(relation, primaryKey);
    boolean replica = mapping.mode().replica() && key.exists();
    if (mapping.mode().replica() && !replica) {
      log.warn("{}", key.absence());
    }
    return new Route(
        relation,
        key,
        replica ? TableMapping.compile(relation, key, types, mapping) : null,
        mapping.mode().changelog() || !replica
            ? ChangelogMapping.compile(relation, key, mapping)
            : null);
  }
}
