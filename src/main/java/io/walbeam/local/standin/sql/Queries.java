package io.walbeam.local.standin.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.TableRef;
import io.walbeam.local.standin.store.Datasets;
import io.walbeam.local.standin.store.Store;
import io.walbeam.local.standin.store.StoreFailure;
import io.walbeam.local.standin.store.Table;
import io.walbeam.local.standin.store.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Runs one GoogleSQL statement. Thread-safe. */
public final class Queries {
  private static final Set<String> DML = Set.of("INSERT", "UPDATE", "DELETE", "TRUNCATE");
  private static final Set<String> DML_NOISE = Set.of("INTO", "FROM", "TABLE");

  private final Store store;
  private final Datasets catalogue;
  private final InformationSchema informationSchema;

  public Queries(Store store, Datasets catalogue) {
    this.store = store;
    this.catalogue = catalogue;
    this.informationSchema = new InformationSchema(catalogue);
  }

  /**
   * Runs a statement.
   *
   * @param dataset the default dataset, empty for none
   * @param parameters the request's {@code queryParameters}
   */
  public QueryResult run(String project, String dataset, String sql, JsonNode parameters) {
    List<SqlToken> tokens = SqlToken.scan(sql);
    if (tokens.isEmpty()) {
      throw RestFailure.invalidQuery("Syntax error: Unexpected end of statement");
    }
    Resolver resolver = new Resolver(project, dataset, 0);
    QueryParameters bound = new QueryParameters(parameters);
    try {
      String verb = tokens.get(0).upper();
      if (DML.contains(verb)) {
        return modify(verb, tokens, resolver, bound);
      }
      if (verb.equals("CREATE") || verb.equals("DROP")) {
        return define(verb, tokens, resolver, bound);
      }
      if (!verb.equals("SELECT") && !verb.equals("WITH") && !tokens.get(0).symbol("(")) {
        throw RestFailure.invalidQuery("Statement not supported here: " + tokens.get(0).text());
      }
      String translated = SqlTranslator.query(tokens, resolver, bound);
      return store.with(
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(translated)) {
              bound.bind(statement);
              try (ResultSet result = statement.executeQuery()) {
                return QueryResult.read(result, QueryResult.types(result.getMetaData()));
              }
            }
          });
    } catch (SQLException e) {
      throw RestFailure.invalidQuery(message(e));
    }
  }

  /** The columns of a query's result, as a view of it has them. */
  public List<ResultType> describe(String project, String query) {
    return run(project, "", "SELECT * FROM (" + query + "\n) LIMIT 0", Json.array()).types();
  }

  /** Rows of a table from an offset, in no particular but a stable order. */
  public QueryResult list(Table table, long offset, long count) {
    TableDefinition definition = table.definition();
    try {
      table.applyIfDue();
      List<ResultType> types = definition.columns().stream().map(ResultType::of).toList();
      String sql = "SELECT * FROM " + table.relation() + " LIMIT " + count + " OFFSET " + offset;
      return store.with(
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
              return QueryResult.read(result, types);
            }
          });
    } catch (SQLException e) {
      throw new StoreFailure("a table could not be listed", e);
    }
  }

  public long count(Table table) {
    try {
      return store.number("SELECT count(*) FROM " + table.relation());
    } catch (SQLException e) {
      throw new StoreFailure("a table could not be counted", e);
    }
  }

  /** {@code CREATE TABLE x AS SELECT} and {@code DROP TABLE x}. */
  private QueryResult define(
      String verb, List<SqlToken> tokens, Resolver resolver, QueryParameters bound)
      throws SQLException {
    if (tokens.size() < 3 || !tokens.get(1).word("TABLE")) {
      throw RestFailure.invalidQuery("Statement not supported here: " + verb);
    }
    TableRef ref = resolver.ref(SqlPath.of(tokens, 2));
    int rest = SqlPath.end(tokens, 2);
    if (verb.equals("DROP") && rest == tokens.size()) {
      catalogue.delete(ref);
      return new QueryResult("DROP_TABLE", List.of(), List.of(), -1);
    }
    if (verb.equals("DROP") || rest == tokens.size() || !tokens.get(rest).word("AS")) {
      throw RestFailure.invalidQuery("Only CREATE TABLE x AS SELECT and DROP TABLE x work here");
    }
    String select = SqlTranslator.query(tokens.subList(rest + 1, tokens.size()), resolver, bound);
    ObjectNode resource = Json.object();
    resource.set(
        "schema",
        store.with(
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(select)) {
                bound.bind(statement);
                return new QueryResult(
                        "", QueryResult.types(statement.getMetaData()), List.of(), -1)
                    .schema();
              }
            }));
    Table table = catalogue.create(ref, resource);
    String into = Store.DATA + "." + table.definition().physicalName();
    String sql = "INSERT INTO " + into + all(table.definition()) + " " + select;
    table.modify(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bound.bind(statement);
            return statement.executeLargeUpdate();
          }
        });
    return new QueryResult("CREATE_TABLE_AS_SELECT", List.of(), List.of(), -1);
  }

  private QueryResult modify(
      String verb, List<SqlToken> tokens, Resolver resolver, QueryParameters bound)
      throws SQLException {
    int start = 1;
    while (start < tokens.size() && DML_NOISE.contains(tokens.get(start).upper())) {
      start++;
    }
    if (start == tokens.size()) {
      throw RestFailure.invalidQuery("Syntax error: Unexpected end of statement");
    }
    Table table = resolver.table(SqlPath.of(tokens, start));
    TableDefinition definition = table.definition();
    if (definition.isView()) {
      throw RestFailure.invalidQuery(verb + " on a view is not allowed");
    }
    if (table.changes()) {
      throw RestFailure.invalidQuery(
          verb
              + " statement over table "
              + definition.ref().dotted()
              + " is not supported: it receives change data capture rows");
    }
    int rest = SqlPath.end(tokens, start);
    List<SqlToken> tail = tokens.subList(rest, tokens.size());
    boolean where = tail.stream().anyMatch(token -> token.word("WHERE"));
    if ((verb.equals("DELETE") || verb.equals("UPDATE")) && !where) {
      throw RestFailure.invalidQuery(verb + " must have a WHERE clause");
    }
    String target = Store.DATA + "." + definition.physicalName();
    String head =
        switch (verb) {
          case "INSERT" ->
              "INSERT INTO "
                  + target
                  + (tail.isEmpty() || !tail.get(0).symbol("(") ? all(definition) : "");
          case "UPDATE" -> "UPDATE " + target;
          default -> "DELETE FROM " + target;
        };
    String sql = head + " " + SqlTranslator.query(tail, resolver, bound);
    long affected =
        table.modify(
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                bound.bind(statement);
                return statement.executeLargeUpdate();
              }
            });
    return new QueryResult(
        verb.equals("TRUNCATE") ? "TRUNCATE_TABLE" : verb, List.of(), List.of(), affected);
  }

  private static String all(TableDefinition definition) {
    List<String> names = new ArrayList<>();
    definition.columns().forEach(column -> names.add(Store.quote(column.name())));
    return "(" + String.join(", ", names) + ")";
  }

  private static String message(SQLException e) {
    String text = e.getMessage() == null ? "the query failed" : e.getMessage();
    return text.lines().findFirst().orElse(text);
  }

  /** Resolves table paths of one statement. */
  private final class Resolver implements SqlTranslator.Tables {
    private static final int MAX_VIEW_DEPTH = 16;

    private final String project;
    private final String dataset;
    private final int depth;

    Resolver(String project, String dataset, int depth) {
      this.project = project;
      this.dataset = dataset;
      this.depth = depth;
    }

    @Override
    public String relation(List<String> path) {
      int schema = -1;
      for (int i = 0; i < path.size(); i++) {
        if (path.get(i).equalsIgnoreCase("INFORMATION_SCHEMA")) {
          schema = i;
        }
      }
      if (schema > 0 && schema == path.size() - 2) {
        String owner = schema == 1 ? project : String.join(".", path.subList(0, schema - 1));
        return informationSchema.relation(owner, path.get(schema - 1), path.get(path.size() - 1));
      }
      Table table = table(path);
      TableDefinition definition = table.definition();
      if (definition.isView()) {
        if (depth == MAX_VIEW_DEPTH) {
          throw RestFailure.invalidQuery("Views are nested too deep");
        }
        return "("
            + SqlTranslator.query(
                SqlToken.scan(definition.viewQuery()),
                new Resolver(definition.ref().project(), "", depth + 1),
                new QueryParameters(Json.array()))
            + ")";
      }
      try {
        table.applyIfDue();
      } catch (SQLException e) {
        throw new StoreFailure("changes could not be applied", e);
      }
      return table.relation();
    }

    Table table(List<String> path) {
      return catalogue.get(ref(path));
    }

    TableRef ref(List<String> path) {
      int parts = path.size();
      if (parts == 1 && dataset.isEmpty()) {
        throw RestFailure.invalid(
            "Table \"" + path.get(0) + "\" must be qualified with a dataset (e.g. dataset.table).");
      }
      return switch (parts) {
        case 1 -> new TableRef(project, dataset, path.get(0));
        case 2 -> new TableRef(project, path.get(0), path.get(1));
        default ->
            new TableRef(
                String.join(".", path.subList(0, parts - 2)),
                path.get(parts - 2),
                path.get(parts - 1));
      };
    }
  }
}
