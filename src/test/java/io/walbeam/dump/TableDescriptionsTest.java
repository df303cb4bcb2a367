package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Relation;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.postgres.PublishedTable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TableDescriptionsTest {
  private final Deque<TableId> waiting = new ArrayDeque<>();
  private final ConcurrentLinkedQueue<List<TableId>> queries = new ConcurrentLinkedQueue<>();
  private final AtomicLong now = new AtomicLong();

  private static TableId table(int number) {
    return new TableId("public", "t" + number);
  }

  private static PublishedTable published(TableId table) {
    return new PublishedTable(
        new Relation(1, table, ReplicaIdentity.DEFAULT, List.of()),
        Map.of(),
        List.of(),
        List.of(),
        "",
        true,
        0,
        "");
  }

  private Map<TableId, PublishedTable> describe(List<TableId> tables) {
    queries.add(tables);
    Map<TableId, PublishedTable> described = new HashMap<>();
    tables.stream()
        .filter(table -> !table.name().equals("gone"))
        .forEach(table -> described.put(table, published(table)));
    return described;
  }

  private List<TableId> next(int most) {
    return waiting.stream().limit(most).toList();
  }

  private final TableDescriptions descriptions =
      new TableDescriptions(this::describe, this::next, now::get);

  @Test
  void aThousandTablesNeedTwentyQueriesOfThePublication() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      waiting.add(table(i));
    }
    while (!waiting.isEmpty()) {
      TableId table = waiting.remove();
      assertThat(descriptions.of(table)).contains(published(table));
    }
    assertThat(queries).hasSizeLessThanOrEqualTo(1_000 / TableDescriptions.TOGETHER);
  }

  @Test
  void aDescriptionIsGivenOnceAndNotForLong() throws Exception {
    waiting.add(table(2));
    waiting.add(table(3));
    assertThat(descriptions.of(table(1))).isPresent();
    assertThat(descriptions.of(table(1))).as("described again").isPresent();
    assertThat(queries).hasSize(2);
    assertThat(descriptions.of(table(2))).isPresent();
    assertThat(queries).hasSize(2);
    now.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(descriptions.of(table(3))).isPresent();
    assertThat(queries).as("what is old is read again").hasSize(3);
  }

  @Test
  void aTableThatIsNotPublishedHasNone() throws Exception {
    waiting.add(new TableId("public", "gone"));
    assertThat(descriptions.of(table(1))).isPresent();
    assertThat(descriptions.of(new TableId("public", "gone"))).isEmpty();
  }

  @Test
  void thoseThatWaitForOneQueryShareTheNext() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    TableDescriptions slow =
        new TableDescriptions(
            tables -> {
              begun.countDown();
              go.await();
              return describe(tables);
            },
            this::next,
            now::get);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> all = new ArrayList<>();
      all.add(threads.submit(() -> slow.of(table(0))));
      begun.await();
      for (int i = 1; i <= 8; i++) {
        TableId table = table(i);
        all.add(threads.submit(() -> slow.of(table)));
      }
      while (slow.waiting() < 9) {
        Thread.onSpinWait();
      }
      go.countDown();
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(queries).hasSize(2);
    } finally {
      threads.shutdownNow();
    }
  }
}
