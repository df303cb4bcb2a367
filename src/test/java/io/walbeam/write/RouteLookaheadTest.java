package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.Batches;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.Route;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouteLookaheadTest {
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<String> compiled = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void end() {
    executor.shutdownNow();
  }

  private static Relation table(int number, String... columns) {
    List<RelationColumn> all = new ArrayList<>();
    all.add(new RelationColumn("id", 20, -1, true));
    for (String column : columns) {
      all.add(new RelationColumn(column, 25, -1, false));
    }
    return new Relation(
        20_000 + number, new TableId("public", "t" + number), ReplicaIdentity.DEFAULT, all);
  }

  private static ChangeBatch batch(List<Relation> relations) {
    Batches batches = new Batches().begin(1_000);
    relations.forEach(batches::relation);
    return batches.commit(1_000).batch(0, 1_008);
  }

  private Routes routes(Routes.Compiler compiler) {
    return new Routes(TablePatterns.ALL, (relation, types) -> TableDetails.NONE, compiler);
  }

  private Route compile(Relation relation) {
    compiled.add(relation.table().name() + "/" + relation.columns().size());
    return Route.filteredOut(relation);
  }

  @Test
  void manyNewTablesAreLookedUpSideBySide() throws Exception {
    CountDownLatch together = new CountDownLatch(RouteLookahead.AT_A_TIME);
    List<Boolean> met = Collections.synchronizedList(new ArrayList<>());
    Routes routes =
        routes(
            (relation, types, details) -> {
              together.countDown();
              met.add(awaited(together));
              return compile(relation);
            });
    List<Relation> relations = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      relations.add(table(i));
    }
    new RouteLookahead(routes, executor).over(batch(relations));
    assertThat(met).hasSize(100).doesNotContain(false);
    assertThat(relations).allMatch(routes::knows);
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void ofATableThatWasAlteredInTheBatchOnlyTheFirstFormIsMadeAhead() throws Exception {
    Routes routes = routes((relation, types, details) -> compile(relation));
    new RouteLookahead(routes, executor)
        .over(batch(List.of(table(1), table(2), table(1, "added"))));
    assertThat(compiled).containsExactlyInAnyOrder("t1/1", "t2/1");
  }

  @Test
  void whatIsKnownIsNotAskedForAgain() throws Exception {
    Routes routes = routes((relation, types, details) -> compile(relation));
    RouteLookahead lookahead = new RouteLookahead(routes, executor);
    lookahead.over(batch(List.of(table(1), table(2))));
    lookahead.over(batch(List.of(table(1), table(2))));
    assertThat(compiled).hasSize(2);
  }

  @Test
  void whatFailsIsLeftToTheDecoderAndHoldsUpNoOtherTable() throws Exception {
    Routes routes =
        routes(
            (relation, types, details) -> {
              if (relation.table().name().equals("t1")) {
                throw new WalbeamException(FailureKind.OPERATOR, "No.", "Mend it.");
              }
              return compile(relation);
            });
    new RouteLookahead(routes, executor).over(batch(List.of(table(1), table(2), table(3))));
    assertThat(compiled).containsExactlyInAnyOrder("t2/1", "t3/1");
    assertThat(routes.knows(table(1))).isFalse();
  }
}
