package io.walbeam.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** The server's ErrorResponse (PostgreSQL documentation, "Error and Notice Message Fields"). */
final class ErrorResponse {
  private ErrorResponse() {}

  /** Reads SQLState ('C') and message ('M'); other fields could quote data and are left out. */
  static SQLException parse(byte[] bytes, int offset, int length) {
    String state = "XX000";
    String message = "unknown error";
    int at = offset;
    int limit = offset + length;
    while (at < limit && bytes[at] != 0) {
      int from = at + 1;
      int to = from;
      while (to < limit && bytes[to] != 0) {
        to++;
      }
      String value = new String(bytes, from, to - from, StandardCharsets.UTF_8);
      if (bytes[at] == 'C') {
        state = value;
      } else if (bytes[at] == 'M') {
        message = value;
      }
      at = to + 1;
    }
    return new SQLException(message, state);
  }
}
