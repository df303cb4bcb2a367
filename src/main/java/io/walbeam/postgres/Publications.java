package io.walbeam.postgres;

import io.walbeam.postgres.PublishableTable.Place;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which publications there are beside a slot, and which of them are read. There are two, because
 * PostgreSQL refuses the application's UPDATE and DELETE on a published table without a usable
 * replica identity: one of all changes, and one of insertions only, for tables that would be harmed
 * by the first. {@link OwnPublications} makes them.
 */
public final class Publications {
  /** The comment by which walbeam knows what it made itself. */
  static final String MARK = "Made by walbeam before its replication slot.";

  private static final String INSERTS = "_inserts";

  /** Bytes of an identifier in PostgreSQL (documentation, "Lexical Structure"). */
  private static final int MAX_IDENTIFIER = 63;

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
  public static boolean isOurs(Connection connection, String name) throws SQLException {
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

  static String called(String name, Place place) {
    return place == Place.CHANGES ? name : inserts(name);
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
}
