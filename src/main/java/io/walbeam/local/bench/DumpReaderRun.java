package io.walbeam.local.bench;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.JobRun;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.dump.DumpOptions;
import io.walbeam.dump.DumpPace;
import io.walbeam.dump.DumpRequest;
import io.walbeam.dump.DumpSettings;
import io.walbeam.dump.Dumps;
import io.walbeam.dump.SchemaPolicy;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.secret.SecretReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * One reading of a whole table in this JVM, as a dump does it but for the sink, or as binary COPY
 * does it but for everything else.
 *
 * @param clientCpu CPU seconds of this JVM
 * @param serverCpu CPU seconds of the server processes that were asked
 */
record DumpReaderRun(long rows, double seconds, double clientCpu, double serverCpu) {
  private static final String CLIENT = "client";
  private static final String SERVER = "server";
  private static final String BINARY_NAME = "bench-binary-copy";

  /** Rows a second. */
  double rate() {
    return rows / seconds;
  }

  /** A dump over {@code connections} into a sink that counts. */
  static DumpReaderRun dump(LocalEnds ends, BenchTable table, int connections)
      throws SQLException, IOException, InterruptedException {
    CountingEnds counting = new CountingEnds();
    try (Dumps dumps = new Dumps(settings(ends, connections), counting.ends());
        CpuMeter cpu = CpuMeter.start();
        Backends backends = Backends.watch(ends, cpu, "walbeam-dumps:" + LocalEnds.SLOT)) {
      dumps.start((prefix, content) -> {});
      String request =
          DumpRequest.of(List.of(new TableId("public", table.name())), List.of(), List.of());
      long position = ends.slot().serverPosition().value();
      cpu.watch(CLIENT, ProcessHandle.current().pid());
      long began = System.nanoTime();
      dumps.record(
          List.of(
              new Dumps.Asked(
                  new ChangePosition(0, position, 0, 0),
                  0,
                  request.getBytes(StandardCharsets.UTF_8))));
      if (!dumps.awaitAll()) {
        throw new IllegalStateException("The dump was ended.");
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      return new DumpReaderRun(
          counting.rows(), seconds, cpu.seconds(CLIENT), backends.cpuSeconds());
    }
  }

  /** Binary COPY over one connection to a client that throws the rows away. */
  static DumpReaderRun binaryCopy(LocalEnds ends, BenchTable table)
      throws SQLException, InterruptedException {
    try (Connection connection = ends.source().connect(ShopSchema.DATABASE);
        CpuMeter cpu = CpuMeter.start()) {
      connection.setClientInfo("ApplicationName", BINARY_NAME);
      PGConnection driver = connection.unwrap(PGConnection.class);
      cpu.watch(SERVER, driver.getBackendPID());
      cpu.watch(CLIENT, ProcessHandle.current().pid());
      long began = System.nanoTime();
      CopyOut copy =
          driver.getCopyAPI().copyOut("COPY " + table.name() + " TO STDOUT (FORMAT binary)");
      long messages = 0;
      while (copy.readFromCopy() != null) {
        messages++;
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      // The trailer is a message of its own; the header comes with the first row.
      return new DumpReaderRun(messages - 1, seconds, cpu.seconds(CLIENT), cpu.seconds(SERVER));
    }
  }

  /** Binary COPY that the server itself writes to /dev/null: no connection at all. */
  static DumpReaderRun serverCopy(LocalEnds ends, BenchTable table)
      throws SQLException, InterruptedException {
    try (Connection connection = ends.source().connect(ShopSchema.DATABASE);
        CpuMeter cpu = CpuMeter.start();
        var statement = connection.createStatement()) {
      cpu.watch(SERVER, connection.unwrap(PGConnection.class).getBackendPID());
      cpu.watch(CLIENT, ProcessHandle.current().pid());
      long began = System.nanoTime();
      long rows =
          statement.executeUpdate("COPY " + table.name() + " TO '/dev/null' (FORMAT binary)");
      double seconds = (System.nanoTime() - began) / 1e9;
      return new DumpReaderRun(rows, seconds, cpu.seconds(CLIENT), cpu.seconds(SERVER));
    }
  }

  /** How parts of a job in this JVM reach the benchmark's source. */
  static ReplicationSettings replication(LocalEnds ends) {
    return new ReplicationSettings(
        new PostgresSettings(
            "localhost",
            ends.source().port(),
            ShopSchema.DATABASE,
            SourceServer.SUPERUSER,
            new SecretReference("not-needed")),
        LocalEnds.SLOT,
        LocalEnds.SLOT);
  }

  private static DumpSettings settings(LocalEnds ends, int connections) {
    return new DumpSettings(
        replication(ends),
        TablePatterns.ALL,
        new JobRun(0, 0, "", true),
        new DumpOptions(
            false,
            true,
            connections,
            DumpPace.ONE_JVM.chunkRows(),
            null,
            true,
            Long.MAX_VALUE,
            new SchemaPolicy(SchemaPolicy.Reaction.NOTE, 0)),
        DumpPace.ONE_JVM);
  }
}
