package io.walbeam.postgres;

import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publications that walbeam made after its slot. A slot decodes a change with the catalogue of its
 * time, so one of a transaction that was open when the publication was made cannot be decoded with
 * it: PostgreSQL stops there for good before version 18, and leaves it out since. Such a
 * publication is read only once those transactions have ended, and what was written until then is
 * confirmed. How far it is is in its comment, so any process goes on with it.
 */
final class LatePublications {
  private static final Logger log = LoggerFactory.getLogger(LatePublications.class);

  /** How every comment of a publication begins that is not read yet. */
  static final String MARK = "Made by walbeam beside its replication slot; ";

  /** It was made; nobody has looked which transactions run. */
  static final String MADE = MARK + "not read yet.";

  private static final String AFTER = MARK + "read after transactions below ";

  private static final String FROM = MARK + "read from ";

  private static final String COMMENT =
      "SELECT pg_catalog.obj_description(b.oid, 'pg_publication')"
          + " FROM pg_catalog.pg_publication b WHERE b.pubname = ?";

  private static final String NEXT =
      "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text";

  private static final String OLDEST =
      "SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text";

  private static final String END = "SELECT pg_catalog.pg_current_wal_insert_lsn()::text";

  private static final String CONFIRMED =
      "SELECT s.confirmed_flush_lsn::text FROM pg_catalog.pg_replication_slots s"
          + " WHERE s.slot_name = ?";

  private LatePublications() {}

  /** Notes how far a publication is by now: which transactions it waits for, or that none is. */
  static void advance(Connection connection, String name) throws SQLException {
    String comment = comment(connection, name);
    if (comment.equals(MADE)) {
      // In a transaction after the one that made it: who runs now may have begun before that.
      comment = AFTER + text(connection, NEXT);
      note(connection, name, comment);
    }
    if (comment.startsWith(AFTER)
        && Long.parseLong(text(connection, OLDEST))
            >= Long.parseLong(comment.substring(AFTER.length()))) {
      note(connection, name, FROM + text(connection, END));
    }
  }

  /** Whether a slot can be read with the publication, all of whose old changes it has confirmed. */
  static boolean isReadable(Connection connection, String name, String slot) throws SQLException {
    String comment = comment(connection, name);
    if (!comment.startsWith(FROM)) {
      return false;
    }
    try (PreparedStatement statement = connection.prepareStatement(CONFIRMED)) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            && Long.compareUnsigned(
                    Slots.lsn(row.getString(1)),
                    Lsn.parse(comment.substring(FROM.length())).value())
                >= 0;
      }
    }
  }

  /** The slot is read with these; those that were late no longer are. */
  static void read(Connection connection, List<String> names) throws SQLException {
    for (String name : names) {
      if (comment(connection, name).startsWith(MARK)) {
        note(connection, name, Publications.MARK);
        log.info("Publication {} is read from now on.", name);
      }
    }
  }

  private static String comment(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COMMENT)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        String comment = row.next() ? row.getString(1) : null;
        return comment == null ? "" : comment;
      }
    }
  }

  private static void note(Connection connection, String name, String comment) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("COMMENT ON PUBLICATION " + TableId.quote(name) + " IS '" + comment + "'");
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
