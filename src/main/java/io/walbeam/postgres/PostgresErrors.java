package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From an error of the server or the driver to one sentence and a remedy.
 *
 * <p>Decides by SQLState (PostgreSQL documentation, "PostgreSQL Error Codes") and by the type of
 * the cause. The server's own text is used only where it names server objects or settings; it is
 * never used for errors that could quote a row.
 */
public final class PostgresErrors {
  private PostgresErrors() {}

  /** An error while connecting as {@code settings} say. */
  static WalbeamException connecting(
      PostgresSettings settings, boolean replication, SQLException e) {
    String server = settings.host() + ":" + settings.port();
    @Nullable WalbeamException network = network(settings, server, e);
    if (network != null) {
      return network;
    }
    String text = String.valueOf(e.getMessage());
    return switch (state(e)) {
      case "28P01", "28000" -> authentication(settings, server, text, e);
      case "08004" ->
          // pgjdbc's own state for an authentication it cannot do, usually a missing password.
          operator(
              "PostgreSQL at " + server + " wants a password for user " + settings.user() + ".",
              "Give one with --postgresPassword, for example env:PGPASSWORD.",
              e);
      case "3D000" ->
          operator(
              "There is no database " + settings.database() + " on " + server + ".",
              "Correct the database name in --postgresUrl, or create it.",
              e);
      case "42501" ->
          replication
              ? missingReplication(settings.user(), e)
              : operator(
                  "User "
                      + settings.user()
                      + " may not connect to database "
                      + settings.database()
                      + ".",
                  "Run GRANT CONNECT ON DATABASE as its owner.",
                  e);
      case "53300" ->
          replication
              ? tooManySenders(server, e)
              : failure(
                  FailureKind.TRANSIENT,
                  "PostgreSQL at " + server + " has no connection left.",
                  "Close some, or raise max_connections.",
                  e);
      case "57P03" ->
          failure(
              FailureKind.TRANSIENT,
              "PostgreSQL at " + server + " is starting up or shutting down.",
              "Wait until it accepts connections.",
              e);
      case "55000" -> walLevel(e);
      default ->
          isTransient(e)
              ? failure(
                  FailureKind.TRANSIENT,
                  "The connection to PostgreSQL at "
                      + server
                      + " broke off (SQLState "
                      + state(e)
                      + ").",
                  "Check that the server runs and the network is up.",
                  e)
              : operator(
                  "PostgreSQL at "
                      + server
                      + " refused the connection (SQLState "
                      + state(e)
                      + ").",
                  "Look into the server's log for the reason.",
                  e);
    };
  }

  /** An error of a statement or of START_REPLICATION that concerns slot or publication. */
  public static WalbeamException using(String what, PostgresSettings settings, SQLException e) {
    return switch (state(e)) {
      case "42501" ->
          operator(
              "User " + settings.user() + " may not " + what + ".",
              "Grant it the privilege (REPLICATION for slots, ownership of the tables for"
                  + " publications), or let an administrator do this step.",
              e);
      case "53400" ->
          operator(
              "PostgreSQL has no replication slot left, so walbeam could not " + what + ".",
              "Drop an unused slot, or raise max_replication_slots and restart the server.",
              e);
      case "53300" -> tooManySenders(settings.host() + ":" + settings.port(), e);
      case "55000" ->
          String.valueOf(e.getMessage()).contains("wal_level")
              ? walLevel(e)
              : operator(
                  "PostgreSQL is not in a state to " + what + ": " + e.getMessage() + ".",
                  "Mend what it names, then start again.",
                  e);
      default ->
          isTransient(e)
              ? failure(
                  FailureKind.TRANSIENT,
                  "The connection to PostgreSQL broke off while walbeam tried to " + what + ".",
                  "Check that the server runs and the network is up.",
                  e)
              : operator(
                  "PostgreSQL refused to " + what + " (SQLState " + state(e) + ").",
                  "Look into the server's log for the reason.",
                  e);
    };
  }

  /**
   * An error of a query or COPY that a dump made. PostgreSQL's own text may hold values, so only
   * its code is passed on.
   */
  static WalbeamException dumping(String what, PostgresSettings settings, SQLException e) {
    String text = String.valueOf(e.getMessage());
    return switch (state(e)) {
      case "42501" ->
          text.contains("row-level security")
              ? operator(
                  "Row-level security hides rows from user "
                      + settings.user()
                      + ", so walbeam could not "
                      + what
                      + ".",
                  "Grant the role BYPASSRLS, or add a policy that shows it every row.",
                  e)
              : operator(
                  "User " + settings.user() + " may not " + what + ".",
                  "GRANT SELECT on the table and USAGE on its schema to the user.",
                  e);
      case "42P01", "3F000" ->
          operator(
              "PostgreSQL could not " + what + ": the table is gone.",
              "Ask for another dump if it is there again.",
              e);
      case "42703", "42883" ->
          operator(
              "PostgreSQL could not " + what + ": a column is gone.", "Ask for another dump.", e);
      default ->
          // 22023 is of a statement that does not suit its table, not of a value; 23514 of a value
          // that a domain does not take.
          (state(e).startsWith("22") && !state(e).equals("22023")) || state(e).equals("23514")
              ? operator(
                  "PostgreSQL could not " + what + ": a value is not of the column's type.",
                  "Correct the request.",
                  e)
              : isTransient(e) || state(e).equals("55P03")
                  ? failure(
                      FailureKind.TRANSIENT,
                      "PostgreSQL could not " + what + " now (SQLState " + state(e) + ").",
                      "It is tried again; look into the server's log if it goes on.",
                      e)
                  : operator(
                      "PostgreSQL refused to " + what + " (SQLState " + state(e) + ").",
                      "Look into the server's log for the reason.",
                      e);
    };
  }

  /** The slot is older than its publication, and there are changes in between. */
  static WalbeamException publicationTooLate(String slot, String publication, SQLException e) {
    return operator(
        "The publication "
            + publication
            + " did not exist yet when changes were made that the slot "
            + slot
            + " must send, so they can never be decoded.",
        "Drop the slot, start again with a higher --epoch so that it is created after the"
            + " publication, and request a dump of the tables.",
        e);
  }

  /** An error of START_REPLICATION, or one that ended the stream. */
  static WalbeamException streaming(String slot, String publication, SQLException e) {
    String text = String.valueOf(e.getMessage());
    return switch (state(e)) {
      case "42704" ->
          text.contains("publication")
              ? publicationTooLate(slot, publication, e)
              : failure(
                  FailureKind.DATA_LOSS_RISK,
                  "The replication slot " + slot + " was dropped.",
                  "Start again with a higher --epoch, which creates it, and request a dump of the"
                      + " tables.",
                  e);
      case "55000" ->
          text.contains("wal_level")
              ? walLevel(e)
              : failure(
                  FailureKind.DATA_LOSS_RISK,
                  "The slot " + slot + " can no longer be read: the server invalidated it.",
                  "Drop it, look at max_slot_wal_keep_size, start again with a higher --epoch, and"
                      + " request a dump of the tables.",
                  e);
      case "42501" -> missingReplication("of this connection", e);
      default ->
          isTransient(e)
              ? failure(
                  FailureKind.TRANSIENT,
                  "PostgreSQL ended the replication of slot "
                      + slot
                      + " (SQLState "
                      + state(e)
                      + ").",
                  "Wait until the server is up again.",
                  e)
              : operator(
                  "PostgreSQL cannot decode the slot " + slot + " (SQLState " + state(e) + ").",
                  "Look into the server's log for the reason.",
                  e);
    };
  }

  /** Whether the error passes by itself: connection lost, server restarting, resources short. */
  public static boolean isTransient(SQLException e) {
    String state = state(e);
    return state.startsWith("08")
        || state.startsWith("53")
        || state.startsWith("57P")
        || state.equals("57014")
        || state.equals("55006")
        || state.equals("40001")
        || state.equals("58000");
  }

  /**
   * Whether the server refused the role, for another reason than that no pg_hba.conf entry fits.
   */
  static boolean isRefusedLogIn(SQLException e) {
    return state(e).equals("28000") && !String.valueOf(e.getMessage()).contains("pg_hba.conf");
  }

  /** The SQLState, empty if there is none. */
  public static String state(SQLException e) {
    @Nullable String state = e.getSQLState();
    return state == null ? "" : state;
  }

  /** The SQLState, empty if {@code thrown} is no error of the server or the driver. */
  public static Optional<String> stateOf(Throwable thrown) {
    return thrown instanceof SQLException e ? Optional.of(state(e)) : Optional.empty();
  }

  private static @Nullable WalbeamException network(
      PostgresSettings settings, String server, SQLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return failure(
            FailureKind.TRANSIENT,
            "The host " + settings.host() + " is not known.",
            "Correct the host in --postgresUrl, or the name service of this machine.",
            e);
      }
      if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
        return failure(
            FailureKind.TRANSIENT,
            "Nothing accepts connections at " + server + ".",
            "Correct host and port in --postgresUrl, or start PostgreSQL there.",
            e);
      }
      if (cause instanceof SocketTimeoutException) {
        return failure(
            FailureKind.TRANSIENT,
            "PostgreSQL at " + server + " did not answer in time.",
            "Check the firewall between this machine and the server.",
            e);
      }
    }
    return null;
  }

  private static WalbeamException authentication(
      PostgresSettings settings, String server, String text, SQLException e) {
    if (text.contains("pg_hba.conf")) {
      boolean plain = text.toLowerCase(Locale.ROOT).contains("no encryption");
      return operator(
          "PostgreSQL at "
              + server
              + " has no pg_hba.conf entry that lets user "
              + settings.user()
              + " in"
              + (plain ? " without TLS." : "."),
          plain
              ? "Add sslmode=require (or verify-full) to --postgresUrl, or a pg_hba.conf entry."
              : "Add an entry for this user, database and address, then reload the server.",
          e);
    }
    if (state(e).equals("28000")) {
      return operator(
          "PostgreSQL at " + server + " does not let user " + settings.user() + " log in.",
          "Correct --postgresUser, create the role with LOGIN, or check the client certificate.",
          e);
    }
    return operator(
        "PostgreSQL at " + server + " refused the password of user " + settings.user() + ".",
        "Correct --postgresPassword or --postgresUser.",
        e);
  }

  static WalbeamException missingReplication(String user, @Nullable Throwable e) {
    return operator(
        "User " + user + " may not use replication.",
        "Run ALTER ROLE "
            + TableId.quote(user)
            + " REPLICATION (on Amazon RDS: GRANT rds_replication) as an administrator.",
        e);
  }

  static WalbeamException walLevel(@Nullable Throwable e) {
    return operator(
        "The server's wal_level is not logical.",
        "Set wal_level = logical and restart PostgreSQL (Cloud SQL: cloudsql.logical_decoding,"
            + " RDS: rds.logical_replication).",
        e);
  }

  private static WalbeamException tooManySenders(String server, SQLException e) {
    return failure(
        FailureKind.TRANSIENT,
        "PostgreSQL at " + server + " has no walsender left for another replication connection.",
        "Stop another replication client, or raise max_wal_senders and restart the server.",
        e);
  }

  private static WalbeamException operator(
      String message, String remedy, @Nullable Throwable cause) {
    return failure(FailureKind.OPERATOR, message, remedy, cause);
  }

  private static WalbeamException failure(
      FailureKind kind, String message, String remedy, @Nullable Throwable cause) {
    return new WalbeamException(kind, message, remedy, cause);
  }
}
