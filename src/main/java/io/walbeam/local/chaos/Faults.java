package io.walbeam.local.chaos;

import io.walbeam.local.demo.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The faults that a run chooses from. Left out is what loses rows by what it is: rows that BigQuery
 * refuses one by one are dead letters, and a table that somebody deletes is told of.
 */
final class Faults {
  /** Longest time of a fault that lasts, seconds. */
  private static final int SHORT = 5;

  /** The same where something must time out first. */
  private static final int LONG = 20;

  /** Tables that are locked, or whose grants go. */
  private static final List<String> TABLES = List.of("toasts", "orders", "parts", "scratch");

  /** For the command that asks for a dump. */
  private static final Duration ASKING = Duration.ofSeconds(20);

  private final ChaosEnds ends;
  private final List<FaultCase> all = new ArrayList<>();
  private final Signals postgres = new Signals();
  private final Signals destination = new Signals();
  private final Promotion promotion;
  private @Nullable Connection locking;

  Faults(ChaosEnds ends, Deployment program) {
    this.ends = ends;
    this.promotion = new Promotion(ends);
    all.addAll(program.faults());
    all.add(FaultCase.once(Subject.PROGRAM, "program: a dump is asked for", this::ask));
    ofPostgres();
    ofTheNetwork(Subject.SOURCE_NETWORK, "source", ends.sourceProxy());
    ofTheNetwork(Subject.DESTINATION_NETWORK, "destination", ends.standInProxy());
    ofTheDestination();
  }

  /** All of them, in an order that never changes. */
  List<FaultCase> all() {
    return List.copyOf(all);
  }

  private void once(Subject subject, String name, FaultCase.Step step) {
    all.add(FaultCase.once(subject, name, step));
  }

  private void lasting(
      Subject subject, String name, int seconds, FaultCase.Step begin, FaultCase.Step end) {
    all.add(new FaultCase(subject, name, seconds, begin, end));
  }

  /** Somebody asks for a dump; the command may have to wait, and is then given up. */
  private void ask(Random random) throws IOException, InterruptedException {
    Path directory = Files.createDirectories(ends.directory().resolve("backfill"));
    String table = TABLES.get(random.nextInt(TABLES.size()));
    try (ChildProcess asking =
        ends.command().command("backfill").with("tables", "public." + table).start(directory)) {
      int unused = asking.exitCode(ASKING);
    } catch (IllegalStateException e) {
      // Whoever asked has gone.
    }
  }

  private void ofPostgres() {
    once(Subject.POSTGRES, "PostgreSQL: fast restart", random -> ends.source().restart());
    once(Subject.POSTGRES, "PostgreSQL: immediate restart", random -> ends.source().crash());
    all.add(
        // The next one is noticed only of what was confirmed in the epoch after it.
        new FaultCase(
            Subject.POSTGRES,
            "PostgreSQL: standby promoted",
            0,
            promotion::begin,
            promotion::end,
            false));
    lasting(
        Subject.POSTGRES,
        "PostgreSQL: walsender frozen",
        LONG,
        random -> walsender().ifPresent(postgres::stop),
        r -> postgres.resume());
    once(
        Subject.POSTGRES,
        "PostgreSQL: sessions ended",
        random ->
            ends.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                    + ChaosEnds.ROLE
                    + "'"));
    lasting(
        Subject.POSTGRES,
        "PostgreSQL: a table locked",
        LONG,
        random -> lock(random.nextInt(TABLES.size())),
        r -> unlock());
    lasting(
        Subject.POSTGRES,
        "PostgreSQL: a grant revoked",
        SHORT,
        random ->
            ends.execute(
                "REVOKE SELECT ON toasts, parts FROM " + ChaosEnds.ROLE,
                "UPDATE toasts SET n = n + 1"),
        random -> ends.execute("GRANT SELECT ON toasts, parts TO " + ChaosEnds.ROLE));
    lasting(
        Subject.POSTGRES,
        "PostgreSQL: no connection free",
        LONG,
        random ->
            ends.execute(
                "ALTER ROLE " + ChaosEnds.ROLE + " CONNECTION LIMIT " + random.nextInt(3),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                    + ChaosEnds.ROLE
                    + "'"),
        random -> ends.execute("ALTER ROLE " + ChaosEnds.ROLE + " CONNECTION LIMIT -1"));
  }

  private void ofTheNetwork(Subject subject, String end, TcpProxy proxy) {
    once(subject, end + ": connections cut", random -> proxy.cut());
    once(subject, end + ": connections half-open", random -> proxy.loseSilently());
    lasting(
        subject,
        end + ": connections hang",
        LONG,
        random -> proxy.freeze(true),
        r -> proxy.freeze(false));
    lasting(
        subject,
        end + ": connections slow",
        SHORT,
        random -> proxy.slow(true),
        r -> proxy.slow(false));
    lasting(
        subject, end + ": connections refused", LONG, random -> proxy.refuse(), r -> proxy.heal());
  }

  private void ofTheDestination() {
    once(Subject.DESTINATION, "destination: killed", random -> ends.standIn().killAndRestart());
    lasting(
        Subject.DESTINATION,
        "destination: frozen",
        LONG,
        random -> destination.stop(ends.standIn().process().pid()),
        random -> destination.resume());
    for (String kind :
        List.of(
            "RESOURCE_EXHAUSTED",
            "UNAVAILABLE",
            "INTERNAL",
            "ABORTED",
            "INVALID_ARGUMENT",
            "LOST_RESPONSE",
            "DROPPED_CONNECTION",
            "HUNG")) {
      lasting(
          Subject.DESTINATION,
          "destination: " + kind,
          SHORT,
          random ->
              ends.arm(
                  "{\"kind\": \""
                      + kind
                      + "\", \"table\": \"*\", \"count\": "
                      + (1 + random.nextInt(3))
                      + "}"),
          random -> ends.disarm());
    }
    armed(
        "PERMISSION_DENIED",
        "{\"kind\": \"PERMISSION_DENIED\", \"table\": \"public_orders\", \"count\": 1}");
    armed("SLOW", "{\"kind\": \"SLOW\", \"table\": \"*\", \"durationMillis\": 700}");
    armed(
        "SCHEMA_DELAY", "{\"kind\": \"SCHEMA_DELAY\", \"table\": \"*\", \"durationMillis\": 3000}");
    armed("TABLE_DELAY", "{\"kind\": \"TABLE_DELAY\", \"table\": \"*\", \"durationMillis\": 3000}");
    for (int status : new int[] {429, 500, 503}) {
      armed(
          "REST " + status,
          "{\"kind\": \"REST\", \"method\": \"*\", \"status\": " + status + ", \"count\": 10}");
    }
  }

  private void armed(String name, String fault) {
    lasting(
        Subject.DESTINATION,
        "destination: " + name,
        SHORT,
        random -> ends.arm(fault),
        random -> ends.disarm());
  }

  private void lock(int table) throws SQLException {
    Connection connection = ends.source().connect(ChaosEnds.DATABASE);
    locking = connection;
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LOCK TABLE " + TABLES.get(table) + " IN ACCESS EXCLUSIVE MODE");
    }
  }

  private void unlock() throws SQLException {
    Connection connection = locking;
    locking = null;
    if (connection != null) {
      connection.close();
    }
  }

  private Optional<Long> walsender() throws SQLException {
    return ends.source()
        .query(ChaosEnds.DATABASE, "SELECT active_pid FROM pg_replication_slots WHERE active")
        .map(Long::valueOf);
  }
}
