package io.walbeam.local.chaos;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Destination;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.SlotView;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import io.walbeam.postgres.Slots;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Both ends with a proxy before each, and the command of a program between the proxies. The program
 * has a role of its own, which owns the tables. Not thread-safe.
 */
final class ChaosEnds implements AutoCloseable {
  /** The program's role. */
  static final String ROLE = "walbeam";

  static final String DATABASE = ShopSchema.DATABASE;

  private static final String PROJECT = "demo";
  private static final String DATASET = "shop";

  /** The program's slot. */
  static final String SLOT = "walbeam";

  /** A walsender that was cut off is noticed by the server within this time. */
  static final Map<String, String> SETTINGS =
      Map.of("wal_level", "logical", "wal_sender_timeout", "20s");

  private final Installation installation;
  private final Path directory;

  /** Another one after a promotion. */
  private volatile SourceServer source;

  private final AtomicInteger epoch = new AtomicInteger();

  private final StandIn standIn;
  private final TcpProxy sourceProxy;
  private final TcpProxy standInProxy;

  private ChaosEnds(Installation installation, Path directory, SourceServer source, StandIn standIn)
      throws IOException {
    this.installation = installation;
    this.directory = directory;
    this.source = source;
    this.standIn = standIn;
    this.sourceProxy = new TcpProxy(() -> this.source.port());
    this.standInProxy = new TcpProxy(() -> URI.create(standIn.endpoint()).getPort());
  }

  /** Starts both ends with their files below {@code directory}. */
  static ChaosEnds start(Installation installation, Path directory)
      throws IOException, SQLException, InterruptedException {
    SourceServer source = SourceServer.start(directory, SETTINGS);
    try {
      source.execute(
          "postgres",
          "CREATE DATABASE " + DATABASE,
          "CREATE ROLE " + ROLE + " LOGIN REPLICATION",
          "GRANT CREATE ON DATABASE " + DATABASE + " TO " + ROLE);
      try (Connection connection = source.connect(DATABASE);
          Statement statement = connection.createStatement()) {
        statement.execute("GRANT ALL ON SCHEMA public TO " + ROLE);
        statement.execute("SET ROLE " + ROLE);
        ShopSchema.create(connection);
        History.create(connection);
      }
      StandIn standIn = StandIn.storing(installation, directory);
      try {
        new Destination(standIn.endpoint(), PROJECT, DATASET).createDataset();
        return new ChaosEnds(installation, directory, source, standIn);
      } catch (IOException | RuntimeException e) {
        standIn.close();
        throw e;
      }
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** The command that runs the program behind both proxies until it is stopped. */
  PipelineCommand command() {
    return PipelineCommand.run(
            installation,
            "jdbc:postgresql://localhost:" + sourceProxy.port() + "/" + DATABASE,
            ROLE,
            "not-needed",
            PROJECT + "." + DATASET,
            "http://localhost:" + standInProxy.port())
        .with("slot", SLOT)
        .with("publication", SLOT)
        .with("epoch", Integer.toString(epoch.get()));
  }

  Path directory() {
    return directory;
  }

  SourceServer source() {
    return source;
  }

  /** From now on the source is this one; whoever connects comes to it. */
  void source(SourceServer other) {
    source = other;
  }

  /** The epoch that the program is given. */
  int epoch() {
    return epoch.get();
  }

  /** The program is given the next epoch from now on. */
  void raiseEpoch() {
    int unused = epoch.incrementAndGet();
  }

  /** Whether the slot is one that standbys keep; false if there is none. */
  boolean keepsSlot() throws SQLException {
    return isRecent()
        && source
            .query(
                DATABASE,
                "SELECT 1 FROM pg_replication_slots WHERE failover AND slot_name = '" + SLOT + "'")
            .isPresent();
  }

  /**
   * Makes the slot one that standbys keep, as {@code walbeam setup} does, where there are such;
   * only while nobody reads it.
   */
  void keepSlot() throws IOException, SQLException, InterruptedException {
    if (!isRecent() || !slot().exists()) {
      return;
    }
    Await.until("nobody reads the slot", () -> !slot().active());
    String url =
        source.url(DATABASE)
            + "?replication=database&assumeMinServerVersion=17&preferQueryMode=simple";
    try (Connection connection = DriverManager.getConnection(url, SourceServer.SUPERUSER, "");
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER_REPLICATION_SLOT " + SLOT + " (FAILOVER true)");
    }
  }

  private boolean isRecent() throws SQLException {
    return Slots.keepsOverFailover(
        Integer.parseInt(source.query(DATABASE, "SHOW server_version_num").orElseThrow()));
  }

  StandIn standIn() {
    return standIn;
  }

  TcpProxy sourceProxy() {
    return sourceProxy;
  }

  TcpProxy standInProxy() {
    return standInProxy;
  }

  /** The destination as it is, not through the proxy. */
  Destination destination() {
    return new Destination(standIn.endpoint(), PROJECT, DATASET);
  }

  /** The slot, not seen through the proxy. */
  SlotView slot() {
    return new SlotView(source, DATABASE, SLOT);
  }

  /** The end of what was committed. */
  Lsn position() throws SQLException {
    return slot().serverPosition();
  }

  void execute(String... statements) throws SQLException {
    source.execute(DATABASE, statements);
  }

  /** Arms a fault of the stand-in, in its JSON form. */
  void arm(String fault) throws IOException, InterruptedException {
    standIn.arm(fault);
  }

  /** The stand-in has no fault any more. */
  void disarm() throws IOException, InterruptedException {
    standIn.disarm();
  }

  /** Everything is as it should be again. */
  void heal() throws IOException, InterruptedException {
    sourceProxy.heal();
    standInProxy.heal();
    disarm();
  }

  @Override
  public void close() throws IOException {
    sourceProxy.close();
    standInProxy.close();
    standIn.close();
    source.close();
  }
}
