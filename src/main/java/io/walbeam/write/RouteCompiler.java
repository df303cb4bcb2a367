package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.change.TypeName;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.ChangelogShapes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the tables that a relation is written to. A changelog that the destination has already
 * with a key is written by it; any other is appended to.
 */
public final class RouteCompiler implements Routes.Compiler {
  private static final Logger log = LoggerFactory.getLogger(RouteCompiler.class);

  private final MappingSettings mapping;
  private final ChangelogShapes shapes;

  public RouteCompiler(MappingSettings mapping, ChangelogShapes shapes) {
    this.mapping = mapping;
    this.shapes = shapes;
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
        mapping.mode().changelog() || !replica ? changelog(relation, key) : null);
  }

  private ChangelogMapping changelog(Relation relation, KeyColumns key) {
    try {
      return shapes.keyed(ChangelogMapping.name(relation, mapping))
          ? ChangelogMapping.keyed(relation, key, mapping)
          : ChangelogMapping.appended(relation, key, mapping);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The look-up of a changelog was interrupted.",
          "Start again; nothing is lost.",
          e);
    }
  }
}
