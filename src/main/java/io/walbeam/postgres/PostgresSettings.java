package io.walbeam.postgres;

import io.walbeam.secret.SecretReference;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to reach one database. Immutable, serializable with a deterministic form, holds no resolved
 * secret.
 *
 * @param host as given, without brackets
 * @param properties further pgjdbc connection properties ({@code sslmode}, {@code sslrootcert},
 *     ...), sorted by name
 */
public record PostgresSettings(
    String host,
    int port,
    String database,
    String user,
    SecretReference password,
    TreeMap<String, String> properties)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public PostgresSettings {
    properties = new TreeMap<>(properties);
  }

  public PostgresSettings(
      String host, int port, String database, String user, SecretReference password) {
    this(host, port, database, user, password, new TreeMap<>(Map.of()));
  }

  /** Host, port and database: enough to find it, nothing secret. */
  public String describe() {
    return host + ":" + port + "/" + database;
  }
}
