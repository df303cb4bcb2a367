package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.postgres.pgoutput.CapturedStream;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The names of the built-in types are the server's. */
class BuiltInTypesIT {
  /** Types of columns; those of the catalogue's own tables and their arrays are left out. */
  private static final String TYPES =
      """
      SELECT t.oid::int4, t.typname
      FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
      WHERE t.oid < 10000 AND t.typtype IN ('b', 'r', 'm') AND coalesce(e.typtype, '') NOT IN ('c', 'p')
      """;

  @Test
  void everyTypeOfTheServerHasItsName() throws Exception {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    try (EmbeddedPostgres server = CapturedStream.startServer();
        Connection sql = DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
        Statement statement = sql.createStatement();
        ResultSet types = statement.executeQuery(TYPES)) {
      while (types.next()) {
        count++;
        String name = BuiltInTypes.named(types.getString(2));
        if (!BuiltInTypes.name(types.getInt(1)).equals(name)) {
          wrong.add(types.getInt(1) + " " + name);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(count).isGreaterThan(150);
  }
}
