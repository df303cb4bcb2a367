package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.ReadBackAnswer;
import io.walbeam.postgres.ReadBackRequest;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.Stalls;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A look-up waits under a named stall for what may pass, and needs few connections. */
class SourceRowsIT {
  @Test
  void aSourceThatIsDownIsWaitedForAndFewConnectionsServeManyThreads() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of())) {
      TestDatabase database = server.newDatabase();
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, big text)", "INSERT INTO t VALUES (1, 'v')");
      int oid = Integer.parseInt(database.query("SELECT 't'::regclass::oid"));
      ReadBackRequest request =
          new ReadBackRequest(
              new Relation(
                  oid,
                  new TableId("public", "t"),
                  ReplicaIdentity.DEFAULT,
                  List.of(
                      new RelationColumn("id", 23, -1, true),
                      new RelationColumn("big", 25, -1, false))),
              List.of(0),
              List.of(1),
              Set.of(),
              List.of(List.of("1")),
              1_000);
      Stalls stalls = new Stalls();
      try (SourceRows rows = new SourceRows(database.settings(), stalls, LetGo.never())) {
        List<CompletableFuture<ReadBackAnswer>> many =
            IntStream.range(0, 20).mapToObj(i -> read(rows, request)).toList();
        for (CompletableFuture<ReadBackAnswer> one : many) {
          assertFound(one);
        }
        assertThat(
                Integer.parseInt(
                    database.query(
                        "SELECT count(*) FROM pg_stat_activity"
                            + " WHERE application_name = 'walbeam:read-back'")))
            .isBetween(1, 2);

        server.stop();
        CompletableFuture<ReadBackAnswer> waiting = read(rows, request);
        Await.until("the stall is shown", () -> stalls.isStalled("public_t"));
        assertThat(stalls.current())
            .singleElement()
            .satisfies(
                stall -> {
                  assertThat(stall.reason()).contains("accepts connections");
                  assertThat(stall.parked()).isFalse();
                });
        assertThat(waiting).isNotDone();

        server.startAgain();
        assertFound(waiting);
        assertThat(stalls.current()).isEmpty();
      }
    }
  }

  private static CompletableFuture<ReadBackAnswer> read(SourceRows rows, ReadBackRequest request) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return rows.read("public_t", request);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        command -> new Thread(command).start());
  }

  private static void assertFound(CompletableFuture<ReadBackAnswer> answer) throws Exception {
    assertThat(answer.get(60, TimeUnit.SECONDS))
        .isEqualTo(new ReadBackAnswer.Found(Map.of(0, List.of(new ColumnValue.Text("v"))), true));
  }
}
