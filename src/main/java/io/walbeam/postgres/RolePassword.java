package io.walbeam.postgres;

import io.walbeam.secret.SecretReference;
import io.walbeam.secret.SecretResolver;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** A password that a role gets. It leaves this machine as a verifier, never as it is. */
public record RolePassword(String role, SecretReference reference) {
  /** Sets it, in the transaction of the connection. */
  public void set(Connection connection) throws SQLException {
    char[] password = new SecretResolver().resolve(reference).reveal().toCharArray();
    // null: encrypted as the server's password_encryption says.
    connection.unwrap(PGConnection.class).alterUserPassword(role, password, null);
  }
}
