package io.walbeam.local.standin.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.FaultKind;
import io.walbeam.local.standin.Faults;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.TableRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The datasets and tables there are, kept in the store and in memory. Thread-safe. */
public final class Datasets {
  public record Dataset(String project, String name, ObjectNode resource, Instant created) {}

  private static final String SCHEMA =
      """
      CREATE SCHEMA IF NOT EXISTS meta;
      CREATE TABLE IF NOT EXISTS meta.datasets(
        project VARCHAR, name VARCHAR, resource VARCHAR, created BIGINT);
      CREATE TABLE IF NOT EXISTS meta.tables(
        id BIGINT, project VARCHAR, dataset VARCHAR, name VARCHAR, version BIGINT,
        resource VARCHAR, changes BOOLEAN, created BIGINT);
      """;

  private final Store store;
  private final Clock clock;
  private final boolean staleReads;
  private final Faults faults;
  private final Map<String, Dataset> datasets = new ConcurrentSkipListMap<>();
  private final Map<String, Table> tables = new ConcurrentSkipListMap<>();
  private final AtomicLong lastId = new AtomicLong();

  public Datasets(Store store, Clock clock, boolean staleReads, Faults faults) {
    this.store = store;
    this.clock = clock;
    this.staleReads = staleReads;
    this.faults = faults;
    try {
      store.execute(SCHEMA);
      store.with(this::load);
      for (Table table : tables.values()) {
        table.recover();
      }
    } catch (SQLException e) {
      throw new StoreFailure("the catalogue could not be read", e);
    }
  }

  private Integer load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery("SELECT project, name, resource, created FROM meta.datasets")) {
        while (rows.next()) {
          Dataset dataset =
              new Dataset(
                  rows.getString(1),
                  rows.getString(2),
                  Json.parseObject(rows.getString(3)),
                  Instant.ofEpochMilli(rows.getLong(4)));
          datasets.put(key(dataset.project(), dataset.name()), dataset);
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT id, project, dataset, name, version, resource, changes, created FROM"
                  + " meta.tables")) {
        while (rows.next()) {
          TableRef ref = new TableRef(rows.getString(2), rows.getString(3), rows.getString(4));
          TableDefinition definition =
              TableDefinition.of(
                  ref, rows.getLong(1), rows.getLong(5), Json.parseObject(rows.getString(6)));
          tables.put(
              ref.dotted(),
              table(definition, rows.getBoolean(7), Instant.ofEpochMilli(rows.getLong(8))));
          lastId.accumulateAndGet(definition.id(), Math::max);
        }
      }
    }
    return tables.size();
  }

  @Nullable Dataset findDataset(String project, String name) {
    return datasets.get(key(project, name));
  }

  public Dataset dataset(String project, String name) {
    Dataset dataset = findDataset(project, name);
    if (dataset == null) {
      throw RestFailure.datasetNotFound(project, name);
    }
    return dataset;
  }

  public List<Dataset> datasets(String project) {
    return datasets.values().stream().filter(d -> d.project().equals(project)).toList();
  }

  public synchronized Dataset createDataset(String project, String name, ObjectNode resource)
      throws SQLException {
    DefinitionRules.checkDatasetName(name);
    if (findDataset(project, name) != null) {
      throw new RestFailure(409, "duplicate", "Already Exists: Dataset " + project + ":" + name);
    }
    Dataset dataset = new Dataset(project, name, resource, clock.instant());
    store.inTransaction(
        connection ->
            update(
                connection,
                "INSERT INTO meta.datasets VALUES (?, ?, ?, ?)",
                project,
                name,
                Json.write(resource),
                dataset.created().toEpochMilli()));
    datasets.put(key(project, name), dataset);
    return dataset;
  }

  public synchronized Dataset changeDataset(Dataset before, ObjectNode resource)
      throws SQLException {
    Dataset after = new Dataset(before.project(), before.name(), resource, before.created());
    store.inTransaction(
        connection ->
            update(
                connection,
                "UPDATE meta.datasets SET resource = ? WHERE project = ? AND name = ?",
                Json.write(resource),
                before.project(),
                before.name()));
    datasets.put(key(before.project(), before.name()), after);
    return after;
  }

  public synchronized void deleteDataset(String project, String name, boolean contents)
      throws SQLException {
    dataset(project, name);
    List<Table> inside = tables(project, name);
    if (!inside.isEmpty() && !contents) {
      throw new RestFailure(
          400, "resourceInUse", "Dataset " + project + ":" + name + " is still in use");
    }
    for (Table table : inside) {
      delete(table.definition().ref());
    }
    store.inTransaction(
        connection ->
            update(
                connection,
                "DELETE FROM meta.datasets WHERE project = ? AND name = ?",
                project,
                name));
    datasets.remove(key(project, name));
  }

  public @Nullable Table find(TableRef ref) {
    return tables.get(ref.dotted());
  }

  public Table get(TableRef ref) {
    dataset(ref.project(), ref.dataset());
    Table table = find(ref);
    if (table == null) {
      throw RestFailure.tableNotFound(ref);
    }
    return table;
  }

  public List<Table> tables(String project, String dataset) {
    return tables.values().stream()
        .filter(t -> t.definition().ref().project().equals(project))
        .filter(t -> t.definition().ref().dataset().equals(dataset))
        .toList();
  }

  List<Table> all() {
    return List.copyOf(tables.values());
  }

  public synchronized Table create(TableRef ref, ObjectNode resource) throws SQLException {
    dataset(ref.project(), ref.dataset());
    if (find(ref) != null) {
      throw new RestFailure(409, "duplicate", "Already Exists: Table " + ref.colonForm());
    }
    TableDefinition definition =
        TableDefinition.of(ref, lastId.get() + 1, 1, DefinitionRules.withoutOutputFields(resource));
    DefinitionRules.checkNew(definition);
    Table table = table(definition, false, clock.instant());
    store.inTransaction(
        connection -> {
          if (!definition.isView()) {
            try (Statement statement = connection.createStatement()) {
              statement.execute(table.createSql());
            }
          }
          return update(
              connection,
              "INSERT INTO meta.tables VALUES (?, ?, ?, ?, ?, ?, false, ?)",
              definition.id(),
              ref.project(),
              ref.dataset(),
              ref.table(),
              definition.version(),
              Json.write(definition.resource()),
              table.created().toEpochMilli());
        });
    lastId.incrementAndGet();
    Fault delay = faults.onVisibility(FaultKind.TABLE_DELAY, ref);
    if (delay != null) {
      table.delayVisibility(null, delay);
    }
    tables.put(ref.dotted(), table);
    return table;
  }

  /** Replaces a table's definition by an additive change of it. */
  public synchronized Table change(TableRef ref, ObjectNode resource) throws SQLException {
    Table table = get(ref);
    TableDefinition before = table.definition();
    TableDefinition after =
        TableDefinition.of(
            ref, before.id(), before.version() + 1, DefinitionRules.withoutOutputFields(resource));
    DefinitionRules.checkChange(before, after);
    Fault delay = faults.onVisibility(FaultKind.SCHEMA_DELAY, ref);
    if (delay != null) {
      table.delayVisibility(before, delay);
    }
    table.change(
        after,
        connection ->
            update(
                connection,
                "UPDATE meta.tables SET resource = ?, version = ? WHERE id = ?",
                Json.write(after.resource()),
                after.version(),
                after.id()));
    return table;
  }

  public synchronized void delete(TableRef ref) throws SQLException {
    Table table = get(ref);
    table.drop(
        connection ->
            update(connection, "DELETE FROM meta.tables WHERE id = ?", table.definition().id()));
    tables.remove(ref.dotted());
  }

  /** Applies the changes of every table now. */
  public void applyAll() {
    try {
      for (Table table : all()) {
        table.apply();
      }
    } catch (SQLException e) {
      throw new StoreFailure("changes could not be applied", e);
    }
  }

  private Table table(TableDefinition definition, boolean changes, Instant created) {
    return new Table(store, clock, staleReads, definition, changes, created);
  }

  private static Integer update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  private static String key(String project, String dataset) {
    return project + "." + dataset;
  }
}
