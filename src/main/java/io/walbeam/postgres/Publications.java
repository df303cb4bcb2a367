package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PublishableTable.Place;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The publications that a slot is read with. PostgreSQL refuses the application's UPDATE and DELETE
 * on a published table without a usable replica identity, so walbeam makes two: one of all changes,
 * and one of insertions only, for tables that would be harmed by the first. Both are made before
 * the slot, because a slot cannot decode what is older than its publication. A publication of
 * somebody else is never altered, and none is ever dropped.
 */
public final class Publications {
  private static final Logger log = LoggerFactory.getLogger(Publications.class);

  /** The comment by which walbeam knows what it made itself. */
  static final String MARK = "Made by walbeam before its replication slot.";

  private static final String INSERTS = "_inserts";

  /** Bytes of an identifier in PostgreSQL (documentation, "Lexical Structure"). */
  private static final int MAX_IDENTIFIER = 63;

  /** For a lock that ALTER PUBLICATION needs: the next look is seconds away. */
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s'";

  private static final String MADE =
      "SELECT 1 FROM pg_catalog.pg_publication b WHERE b.pubname = ?"
          + " AND (pg_catalog.obj_description(b.oid, 'pg_publication') = '"
          + MARK
          + "' OR pg_catalog.starts_with("
          + "pg_catalog.obj_description(b.oid, 'pg_publication'), '"
          + LatePublications.MARK
          + "'))";

  /** Condition on {@code p.pubname}, with {@link #bind}: the publications that are read. */
  static final String IN_USE =
      "p.pubname IN (SELECT b.pubname FROM pg_catalog.pg_publication b WHERE (b.pubname = ?"
          + " AND NOT coalesce(pg_catalog.starts_with("
          + "pg_catalog.obj_description(b.oid, 'pg_publication'), '"
          + LatePublications.MARK
          + "'), false)) OR (b.pubname = ?"
          + " AND pg_catalog.obj_description(b.oid, 'pg_publication') = '"
          + MARK
          + "'))";

  /** Those of them that are there, the one of all changes first. */
  private static final String NAMES =
      "SELECT p.pubname FROM pg_catalog.pg_publication p WHERE "
          + IN_USE
          + " ORDER BY p.pubname <> ?";

  /** Tables in both publications; servers before 15 know no column lists. */
  private static final String DIFFERENT_COLUMNS =
      """
      SELECT a.schemaname, a.tablename
      FROM pg_catalog.pg_publication_tables a
      JOIN pg_catalog.pg_publication_tables b
        ON b.schemaname = a.schemaname AND b.tablename = a.tablename
      WHERE a.pubname = ? AND b.pubname = ?
        AND pg_catalog.to_jsonb(a) -> 'attnames' IS DISTINCT FROM
          pg_catalog.to_jsonb(b) -> 'attnames'
      ORDER BY 1, 2
      """;

  private Publications() {}

  /** Gives the two parameters of {@link #IN_USE}. */
  static void bind(PreparedStatement statement, String name) throws SQLException {
    statement.setString(1, name);
    statement.setString(2, inserts(name));
  }

  /** Whether a publication of that name exists in the connection's database. */
  public static boolean exists(Connection connection, String name) throws SQLException {
    return isAny(connection, "SELECT 1 FROM pg_catalog.pg_publication WHERE pubname = ?", name);
  }

  /** Whether walbeam made the publication of that name, so that new tables join it. */
  static boolean isOurs(Connection connection, String name) throws SQLException {
    return isAny(connection, MADE, name);
  }

  /** The publications that are read, the named one first; one that is missing is left out. */
  public static List<String> inUse(Connection connection, String name) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(NAMES)) {
      bind(statement, name);
      statement.setString(3, name);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          names.add(row.getString(1));
        }
      }
    }
    return names;
  }

  /** Those that the slot can be read with from where it is confirmed; they may be read or not. */
  static List<String> readable(Connection connection, String name, String slot)
      throws SQLException {
    List<String> inUse = inUse(connection, name);
    List<String> readable = new ArrayList<>();
    for (String one : List.of(name, inserts(name))) {
      if (inUse.contains(one) || LatePublications.isReadable(connection, one, slot)) {
        readable.add(one);
      }
    }
    return readable;
  }

  /** Name of the publication of insertions beside {@code name}. */
  static String inserts(String name) {
    int length = name.length();
    while (name.substring(0, length).getBytes(StandardCharsets.UTF_8).length
        > MAX_IDENTIFIER - INSERTS.length()) {
      length = name.offsetByCodePoints(length, -1);
    }
    return name.substring(0, length) + INSERTS;
  }

  /**
   * Creates what is missing of the two publications, before there is a slot, for the tables that
   * {@code patterns} cover; without patterns for those that the role may publish. Changes of
   * partitions are published as changes of their root.
   *
   * @throws WalbeamException if there is nothing to publish
   */
  static void create(Connection connection, String name, List<String> patterns)
      throws SQLException {
    TablePatterns wanted = TablePatterns.parse(String.join(",", patterns), "");
    List<PublishableTable> all = PublishableTables.read(connection, name, inserts(name));
    List<PublishableTable> chosen =
        all.stream()
            .filter(found -> wanted.isAll() ? found.mine() : wanted.matches(found.table()))
            .toList();
    if (chosen.isEmpty()) {
      throw nothingToPublish(patterns, all);
    }
    List<Place> missing = missing(connection, name);
    make(connection, name, missing, chosen, MARK);
    LatePublications.read(connection, List.of(name, inserts(name)));
    chosen.forEach(found -> warn(found, found.wanted()));
  }

  private static List<Place> missing(Connection connection, String name) throws SQLException {
    List<Place> missing = new ArrayList<>();
    for (Place place : List.of(Place.CHANGES, Place.INSERTS)) {
      if (!exists(connection, called(name, place))) {
        missing.add(place);
      }
    }
    return missing;
  }

  private static String called(String name, Place place) {
    return place == Place.CHANGES ? name : inserts(name);
  }

  private static void make(
      Connection connection,
      String name,
      List<Place> places,
      List<PublishableTable> chosen,
      String comment)
      throws SQLException {
    List<PublishableTable> unpublished =
        chosen.stream().filter(found -> found.place() == Place.NOWHERE).toList();
    List<String> statements = creation(connection, name, places, unpublished, comment);
    inTransaction(
        connection,
        statement -> {
          for (String text : statements) {
            statement.execute(text);
          }
        });
  }

  /**
   * Makes again what is missing beside a slot, if walbeam made the other one, and moves on those
   * that were made so.
   *
   * @return whether both are there and walbeam's own
   */
  private static boolean restore(Connection connection, String name, TablePatterns patterns)
      throws SQLException {
    List<Place> missing = missing(connection, name);
    for (Place place : List.of(Place.CHANGES, Place.INSERTS)) {
      if (!missing.contains(place) && !isOurs(connection, called(name, place))) {
        return false;
      }
    }
    if (missing.size() > 1) {
      return false;
    }
    if (!missing.isEmpty()) {
      List<PublishableTable> chosen =
          PublishableTables.read(connection, name, inserts(name)).stream()
              .filter(found -> found.mine() && patterns.matches(found.table()))
              .toList();
      make(connection, name, missing, chosen, LatePublications.MADE);
      log.warn(
          "The publication {} was missing. It is made again, and read once the transactions that"
              + " run now have ended; its tables are dumped then.",
          called(name, missing.get(0)));
    }
    LatePublications.advance(connection, name);
    LatePublications.advance(connection, inserts(name));
    return true;
  }

  /** Statements that make both publications with each table where it belongs. */
  static List<String> creation(Connection connection, String name, List<PublishableTable> tables)
      throws SQLException {
    return creation(connection, name, List.of(Place.CHANGES, Place.INSERTS), tables, MARK);
  }

  private static List<String> creation(
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
      String publication = TableId.quote(called(name, place));
      String held =
          tables.stream()
              .filter(found -> found.wanted() == place)
              .map(found -> found.table().quoted())
              .collect(Collectors.joining(", "));
      statements.add(
          "CREATE PUBLICATION "
              + publication
              + (held.isEmpty() ? "" : " FOR TABLE " + held)
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
    if (found.place() != Place.NOWHERE) {
      statements.add(alter(name, found.place(), "DROP", found.table()));
    }
    if (place != Place.NOWHERE) {
      statements.add(alter(name, place, "ADD", found.table()));
    }
    return statements;
  }

  private static WalbeamException nothingToPublish(
      List<String> patterns, List<PublishableTable> all) {
    if (patterns.isEmpty()) {
      return new WalbeamException(
          FailureKind.OPERATOR,
          "The role owns no table that could be published.",
          "Let the owner of the tables run CREATE PUBLICATION, or use that role.");
    }
    return NoSuchTables.of(patterns, all.stream().map(PublishableTable::table).toList());
  }

  /**
   * Keeps walbeam's own publications as they should be: a table that has lost its key moves before
   * the application's next UPDATE is refused for long, one that got a key moves back, new tables
   * join, and one of the two that is missing is made again. Does nothing to publications that
   * walbeam did not make, and nothing to tables with a row filter or a column list.
   *
   * @param patterns which new tables join; none do if {@code joining} is false
   * @return whether anything changed
   */
  static boolean tend(Connection connection, String name, TablePatterns patterns, boolean joining)
      throws SQLException {
    if (!restore(connection, name, patterns)) {
      return false;
    }
    Map<PublishableTable, Place> moves = new LinkedHashMap<>();
    for (PublishableTable found : PublishableTables.read(connection, name, inserts(name))) {
      boolean published = found.place() != Place.NOWHERE;
      boolean wanted = published || (joining && patterns.matches(found.table()));
      if (wanted && found.mine() && found.plain() && found.place() != found.wanted()) {
        moves.put(found, found.wanted());
      }
    }
    if (moves.isEmpty()) {
      return false;
    }
    List<String> statements = new ArrayList<>();
    moves.forEach((found, place) -> statements.addAll(move(name, found, place)));
    inTransaction(
        connection,
        statement -> {
          statement.execute(LOCK_TIMEOUT);
          for (String text : statements) {
            statement.execute(text);
          }
        });
    moves.forEach(
        (found, place) -> {
          log.info(
              "Table {} is now in {}.",
              found.table(),
              switch (place) {
                case CHANGES -> "publication " + name;
                case INSERTS -> "publication " + inserts(name);
                case NOWHERE -> "no publication";
              });
          warn(found, place);
        });
    return true;
  }

  private static String alter(String name, Place place, String verb, TableId table) {
    return "ALTER PUBLICATION "
        + TableId.quote(called(name, place))
        + " "
        + verb
        + " TABLE "
        + table.quoted();
  }

  private static void warn(PublishableTable found, Place place) {
    switch (place) {
      case INSERTS ->
          log.warn(
              "Table {} has no usable replica identity, so only its insertions are replicated, into"
                  + " its changelog; otherwise PostgreSQL would refuse the application's UPDATE and"
                  + " DELETE. To replicate everything, {}",
              found.table(),
              found.partitioned()
                  ? "add a primary key to the partitioned table."
                  : "add a primary key, or run: ALTER TABLE "
                      + found.table().quoted()
                      + " REPLICA IDENTITY FULL;");
      case NOWHERE ->
          log.warn(
              "Table {} is not replicated: it has a key, but a partition of it has no usable"
                  + " replica identity, so PostgreSQL would refuse the application's UPDATE there."
                  + " Run ALTER TABLE ... REPLICA IDENTITY DEFAULT for the partition.",
              found.table());
      case CHANGES -> {
        // As it should be.
      }
    }
  }

  /**
   * Says which statements of the application fail because of the publication, and how to mend that:
   * for publications that somebody else made, or an older version.
   */
  static void warnOfHarm(Connection connection, String name) throws SQLException {
    List<TableId> harmed = PublishableTables.harmed(connection, name);
    if (!harmed.isEmpty()) {
      log.warn(
          "PostgreSQL refuses UPDATE and DELETE on {}, because publication {} publishes them and"
              + " the tables have no usable replica identity. This mends it: {}",
          harmed.stream().map(TableId::toString).collect(Collectors.joining(", ")),
          name,
          harmed.stream()
              .map(table -> "ALTER TABLE " + table.quoted() + " REPLICA IDENTITY FULL;")
              .collect(Collectors.joining(" ")));
    }
  }

  /**
   * Refuses a table that both publications hold with different columns: PostgreSQL would stop at
   * its next change (PostgreSQL source, {@code pgoutput_column_list_init}).
   *
   * @throws WalbeamException that names the tables
   */
  static void checkColumnLists(Connection connection, String name) throws SQLException {
    List<TableId> differing = new ArrayList<>();
    if (!inUse(connection, name).contains(inserts(name))) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(DIFFERENT_COLUMNS)) {
      statement.setString(1, name);
      statement.setString(2, inserts(name));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          differing.add(new TableId(row.getString(1), row.getString(2)));
        }
      }
    }
    if (!differing.isEmpty()) {
      String inserts = TableId.quote(inserts(name));
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The publications "
              + name
              + " and "
              + inserts(name)
              + " hold "
              + differing.stream().map(TableId::toString).collect(Collectors.joining(", "))
              + " with different columns, which PostgreSQL cannot decode.",
          "Take it out of one of them: "
              + differing.stream()
                  .map(
                      table ->
                          "ALTER PUBLICATION " + inserts + " DROP TABLE " + table.quoted() + ";")
                  .collect(Collectors.joining(" ")));
    }
  }

  private static boolean isAny(Connection connection, String query, String name)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  @FunctionalInterface
  private interface Work {
    void run(Statement statement) throws SQLException;
  }

  /** All of it or nothing: a table is never in neither or in both because of a crash. */
  private static void inTransaction(Connection connection, Work work) throws SQLException {
    boolean before = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      work.run(statement);
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(before);
    }
  }
}
