package io.walbeam.local.chaos;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

  private final ChaosEnds ends;
  private final Supervisor program;
  private final List<FaultCase> all = new ArrayList<>();
  private @Nullable Connection locking;
  private @Nullable ChildProcess copy;
  private long stopped;

  Faults(ChaosEnds ends, Supervisor program) {
    this.ends = ends;
    this.program = program;
    ofTheProgram();
    ofPostgres();
    ofTheNetwork("source", ends.sourceProxy());
    ofTheNetwork("destination", ends.standInProxy());
    ofTheDestination();
  }

  /** All of them, in an order that never changes. */
  List<FaultCase> all() {
    return List.copyOf(all);
  }

  private void once(String name, FaultCase.Step step) {
    all.add(new FaultCase(name, 0, step, FaultCase.NOTHING));
  }

  private void lasting(String name, int seconds, FaultCase.Step begin, FaultCase.Step end) {
    all.add(new FaultCase(name, seconds, begin, end));
  }

  private void ofTheProgram() {
    once("program: killed", random -> signal("KILL", program.pid()));
    once("program: SIGTERM", random -> signal("TERM", program.pid()));
    lasting("program: frozen", LONG, random -> stop(program.pid()), random -> resume());
    lasting(
        "program: a second copy",
        LONG,
        random -> {
          Path directory = Files.createDirectories(ends.directory().resolve("copy"));
          copy = ends.command().start(directory);
        },
        random -> {
          ChildProcess second = copy;
          if (second != null) {
            second.close();
          }
        });
    once(
        "program: a dump is asked for",
        random -> {
          Path directory = Files.createDirectories(ends.directory().resolve("backfill"));
          String table = TABLES.get(random.nextInt(TABLES.size()));
          try (ChildProcess asking =
              ends.command()
                  .command("backfill")
                  .with("tables", "public." + table)
                  .start(directory)) {
            Await.until("the dump is asked for", () -> !asking.isAlive());
          }
        });
  }

  private void ofPostgres() {
    once("PostgreSQL: fast restart", random -> ends.source().restart());
    once("PostgreSQL: immediate restart", random -> ends.source().crash());
    lasting(
        "PostgreSQL: walsender frozen",
        LONG,
        random -> walsender().ifPresent(this::stop),
        r -> resume());
    once(
        "PostgreSQL: sessions ended",
        random ->
            ends.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                    + ChaosEnds.ROLE
                    + "'"));
    lasting(
        "PostgreSQL: a table locked",
        LONG,
        random -> lock(random.nextInt(TABLES.size())),
        r -> unlock());
    lasting(
        "PostgreSQL: a grant revoked",
        SHORT,
        random ->
            ends.execute(
                "REVOKE SELECT ON toasts, parts FROM " + ChaosEnds.ROLE,
                "UPDATE toasts SET n = n + 1"),
        random -> ends.execute("GRANT SELECT ON toasts, parts TO " + ChaosEnds.ROLE));
    lasting(
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

  private void ofTheNetwork(String end, TcpProxy proxy) {
    once(end + ": connections cut", random -> proxy.cut());
    once(end + ": connections half-open", random -> proxy.loseSilently());
    lasting(
        end + ": connections hang", LONG, random -> proxy.freeze(true), r -> proxy.freeze(false));
    lasting(end + ": connections slow", SHORT, random -> proxy.slow(true), r -> proxy.slow(false));
    lasting(end + ": connections refused", LONG, random -> proxy.refuse(), r -> proxy.heal());
  }

  private void ofTheDestination() {
    once("destination: killed", random -> ends.standIn().killAndRestart());
    lasting(
        "destination: frozen",
        LONG,
        random -> stop(ends.standIn().process().pid()),
        random -> resume());
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
          "destination: " + kind,
          SHORT,
          random ->
              ends.arm(
                  "{\"kind\": \""
                      + kind
                      + "\", \"table\": \"*\", \"count\": "
                      + (1 + random.nextInt(3))
                      + "}"),
          FaultCase.NOTHING);
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
    lasting("destination: " + name, SHORT, random -> ends.arm(fault), FaultCase.NOTHING);
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

  private void stop(long pid) {
    stopped = pid;
    signal("STOP", pid);
  }

  private void resume() {
    signal("CONT", stopped);
  }

  /** A process that is gone meanwhile needs no signal. */
  private static void signal(String signal, long pid) {
    try {
      boolean unused =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor(SHORT, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new IllegalStateException("There is no program kill.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
