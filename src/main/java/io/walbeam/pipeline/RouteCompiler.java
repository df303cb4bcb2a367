package io.walbeam.pipeline;

import io.walbeam.change.Relation;
import io.walbeam.change.TypeName;
import io.walbeam.options.RunSettings;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.TableMapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the tables that a relation is written to. */
final class RouteCompiler implements Routes.Compiler {
  private static final Logger log = LoggerFactory.getLogger(RouteCompiler.class);

  private final MappingSettings mapping;

  RouteCompiler(RunSettings settings) {
    mapping = settings.mapping();
  }

  @Override
  public Route compile(
      Relation relation, Optional<List<String>> primaryKey, Map<Integer, TypeName> types) {
    KeyColumns key = KeyColumns.of(relation, primaryKey);
    if (!key.exists()) {
      log.warn("{}", key.absence());
      return new Route(relation, true, key, null);
    }
    return new Route(relation, true, key, TableMapping.compile(relation, key, types, mapping));
  }
}
