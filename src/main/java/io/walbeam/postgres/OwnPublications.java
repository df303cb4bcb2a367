package io.walbeam.postgres;

import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PublishableTable.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes walbeam's two publications, both before the slot, because a slot cannot decode what is
 * older than its publication, and keeps them as they should be. A publication of somebody else is
 * never altered, and none is ever dropped.
 */
final class OwnPublications {
  private static final Logger log = LoggerFactory.getLogger(OwnPublications.class);

  /** For a lock that ALTER PUBLICATION needs: the next look is seconds away. */
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s'";

  private OwnPublications() {}

  /**
   * Creates what is missing of the two publications, before there is a slot, for the tables that
   * {@code patterns} cover; without patterns for those that the role may publish. Changes of
   * partitions are published as changes of their root. In a database without any table they are
   * empty, and tables join later, if they may and no patterns say which there should be.
   *
   * @throws WalbeamException if there is nothing to publish
   */
  static void create(Connection connection, ReplicationSettings replication, List<String> patterns)
      throws SQLException {
    String name = replication.publication();
    TablePatterns wanted = TablePatterns.parse(String.join(",", patterns), "");
    List<PublishableTable> all =
        PublishableTables.read(connection, name, Publications.inserts(name));
    List<PublishableTable> chosen =
        all.stream()
            .filter(found -> wanted.isAll() ? found.mine() : wanted.matches(found.table()))
            .toList();
    boolean awaitsTables = all.isEmpty() && patterns.isEmpty() && replication.publishNewTables();
    if (chosen.isEmpty() && !awaitsTables) {
      throw nothingToPublish(patterns, all);
    }
    List<Place> missing = missing(connection, name);
    make(connection, name, missing, chosen, Publications.MARK);
    LatePublications.read(connection, List.of(name, Publications.inserts(name)));
    chosen.forEach(found -> warn(found, found.wanted()));
    if (awaitsTables) {
      log.warn(
          "Database {} has no table yet that could be published. Tables that role {} owns join"
              + " publication {} once they are made.",
          replication.postgres().database(),
          replication.postgres().user(),
          name);
    }
  }

  private static List<Place> missing(Connection connection, String name) throws SQLException {
    List<Place> missing = new ArrayList<>();
    for (Place place : List.of(Place.CHANGES, Place.INSERTS)) {
      if (!Publications.exists(connection, Publications.called(name, place))) {
        missing.add(place);
      }
    }
    return missing;
  }

  private static void make(
      Connection connection,
      String name,
      List<Place> places,
      List<PublishableTable> chosen,
      String comment)
      throws SQLException {
    List<PublishableTable> unpublished =
        chosen.stream().filter(found -> !found.published()).toList();
    List<String> statements =
        PublicationStatements.creation(connection, name, places, unpublished, comment);
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
      if (!missing.contains(place)
          && !Publications.isOurs(connection, Publications.called(name, place))) {
        return false;
      }
    }
    if (missing.size() > 1) {
      return false;
    }
    if (!missing.isEmpty()) {
      List<PublishableTable> chosen =
          PublishableTables.read(connection, name, Publications.inserts(name)).stream()
              .filter(found -> found.mine() && patterns.matches(found.table()))
              .toList();
      make(connection, name, missing, chosen, LatePublications.MADE);
      log.warn(
          "The publication {} was missing. It is made again, and read once the transactions that"
              + " run now have ended; its tables are dumped then.",
          Publications.called(name, missing.get(0)));
    }
    LatePublications.advance(connection, name);
    LatePublications.advance(connection, Publications.inserts(name));
    return true;
  }

  private static WalbeamException nothingToPublish(
      List<String> patterns, List<PublishableTable> all) {
    if (patterns.isEmpty()) {
      return new WalbeamException(
          FailureKind.OPERATOR,
          "The role owns no table that could be published.",
          all.isEmpty()
              ? "Create the tables first, or leave out --publishNewTables=off."
              : "Let the owner of the tables run CREATE PUBLICATION, or use that role.");
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
    for (PublishableTable found :
        PublishableTables.read(connection, name, Publications.inserts(name))) {
      boolean wanted = found.published() || (joining && patterns.matches(found.table()));
      if (wanted && found.mine() && found.plain() && !found.placed()) {
        moves.put(found, found.wanted());
      }
    }
    if (moves.isEmpty()) {
      return false;
    }
    List<String> statements = new ArrayList<>();
    moves.forEach(
        (found, place) -> statements.addAll(PublicationStatements.move(name, found, place)));
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
                case INSERTS -> "publication " + Publications.inserts(name);
                case NOWHERE -> "no publication";
              });
          warn(found, place);
        });
    return true;
  }

  private static void warn(PublishableTable found, Place place) {
    switch (place) {
      case INSERTS ->
          log.warn(
              "Table {} has no usable replica identity, so only its insertions are replicated;"
                  + " otherwise PostgreSQL would refuse the application's UPDATE and DELETE. To"
                  + " replicate everything, {}",
              found.table(),
              found.remedy());
      case NOWHERE ->
          log.warn(
              "Table {} is not replicated: it has a key, but a partition of it has no usable"
                  + " replica identity, so PostgreSQL would refuse the application's UPDATE there."
                  + " To replicate it, {}",
              found.table(),
              found.remedy());
      case CHANGES -> {
        // As it should be.
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
