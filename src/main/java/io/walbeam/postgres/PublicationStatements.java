package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.postgres.PublishableTable.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The statements that make and change publications; runs none of them. Each table is meant alone:
 * without ONLY, tables that inherit from it would come and go with it, wherever they belong.
 */
public final class PublicationStatements {
  private PublicationStatements() {}

  /** Statements that make both publications with each table where it belongs. */
  static List<String> creation(Connection connection, String name, List<PublishableTable> tables)
      throws SQLException {
    return creation(
        connection, name, List.of(Place.CHANGES, Place.INSERTS), tables, Publications.MARK);
  }

  static List<String> creation(
      Connection connection,
      String name,
      List<Place> places,
      List<PublishableTable> tables,
      String comment)
      throws SQLException {
    boolean generated =
        connection.getMetaData().getDatabaseMajorVersion()
            >= PublishedTables.GENERATED_COLUMNS_VERSION;
    List<String> statements = new ArrayList<>();
    for (Place place : places) {
      String publication = TableId.quote(Publications.called(name, place));
      String held =
          tables.stream()
              .filter(found -> found.wanted() == place)
              .map(found -> found.table().quoted())
              .collect(Collectors.joining(", ONLY "));
      statements.add(
          "CREATE PUBLICATION "
              + publication
              + (held.isEmpty() ? "" : " FOR TABLE ONLY " + held)
              + " WITH (publish_via_partition_root = true"
              + (generated ? ", publish_generated_columns = stored" : "")
              + (place == Place.CHANGES ? ")" : ", publish = 'insert, truncate')"));
      statements.add("COMMENT ON PUBLICATION " + publication + " IS '" + comment + "'");
    }
    return statements;
  }

  /** Statements that take a table from where it is to {@code place}. */
  static List<String> move(String name, PublishableTable found, Place place) {
    List<String> statements = new ArrayList<>();
    for (Place old : found.places()) {
      if (old != place) {
        statements.add(alter(name, old, "DROP", found.table()));
      }
    }
    if (place != Place.NOWHERE && !found.places().contains(place)) {
      statements.add(alter(name, place, "ADD", found.table()));
    }
    return statements;
  }

  private static String alter(String name, Place place, String verb, TableId table) {
    return alter(Publications.called(name, place), verb, List.of(table));
  }

  /** The statement that publishes more tables. */
  public static String add(String publication, List<TableId> tables) {
    return alter(publication, "ADD", tables);
  }

  /** The statement that takes tables out of a publication. */
  static String drop(String publication, List<TableId> tables) {
    return alter(publication, "DROP", tables);
  }

  private static String alter(String publication, String verb, List<TableId> tables) {
    return "ALTER PUBLICATION "
        + TableId.quote(publication)
        + " "
        + verb
        + " TABLE ONLY "
        + tables.stream().map(TableId::quoted).collect(Collectors.joining(", ONLY "));
  }
}
