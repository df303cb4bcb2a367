package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.postgres.PhysicalTable;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.postgres.TableRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A table of any size is cut by its size alone: nothing is asked of the server. */
class ChunkPlanTest {
  /** Rows of 108 bytes and their headers, as an int8 and 84 characters take. */
  private static final double ROWS_PER_PAGE = 64;

  private static final long ROWS = 100_000_000;
  private static final long PAGES = (long) (ROWS / ROWS_PER_PAGE);

  private static final TableId ID = new TableId("public", "huge");

  private static final PublishedTable TABLE =
      new PublishedTable(
          new Relation(
              16_500,
              ID,
              ReplicaIdentity.DEFAULT,
              List.of(
                  new RelationColumn("id", 20, -1, true),
                  new RelationColumn("filler", 1042, 88, false))),
          Map.of(),
          List.of("bigint", "character(84)"),
          List.of("id"),
          "",
          true,
          ROWS,
          "");

  @Test
  void oneHundredMillionRowsAreCutWithoutAskingTheServer() throws Exception {
    List<Chunk> chunks = chunks("");
    long page = 0;
    for (Chunk chunk : chunks) {
      assertThat(chunk.range())
          .isInstanceOfSatisfying(
              TableRange.Pages.class,
              pages -> assertThat(pages.to() - pages.from()).isBetween(1L, 8192L));
      TableRange.Pages pages = (TableRange.Pages) chunk.range();
      assertThat(pages.from()).as("no page is left out or read twice").isEqualTo(page);
      page = pages.to();
    }
    assertThat(page).isEqualTo(PAGES);
  }

  @Test
  void aRestartGoesOnBehindTheLastChunkThatIsDone() throws Exception {
    List<Chunk> chunks = chunks("");
    Chunk done = chunks.get(chunks.size() / 2);
    List<Chunk> rest = chunks(done.resume());
    assertThat(rest.stream().map(Chunk::range).toList())
        .isEqualTo(
            chunks.subList(chunks.size() / 2 + 1, chunks.size()).stream()
                .map(Chunk::range)
                .toList());
  }

  @Test
  void aRestartWithAnotherLeafBeginsAgainSoThatNoneIsLeftOut() throws Exception {
    PhysicalTable attached = leaf(16_400);
    PhysicalTable known = leaf(16_500);
    List<Chunk> before = chunks(List.of(known), "");
    String resume = before.get(before.size() / 2).resume();
    assertThat(chunks(List.of(attached, known), resume).stream().map(Chunk::leaf).toList())
        .contains(attached)
        .hasSize(2 * before.size());
  }

  private static PhysicalTable leaf(long oid) {
    return new PhysicalTable(oid, ID, true, oid, PAGES, ROWS_PER_PAGE);
  }

  private static List<Chunk> chunks(String resume) throws InterruptedException {
    return chunks(List.of(leaf(16_500)), resume);
  }

  /** Every chunk, planned without a look into the table. */
  private static List<Chunk> chunks(List<PhysicalTable> leaves, String resume)
      throws InterruptedException {
    ChunkPlan.Boundaries none =
        (asked, range, rows) -> {
          throw new AssertionError("the server was asked");
        };
    ChunkPlan plan = new ChunkPlan(TABLE, leaves, DumpScope.ALL, DumpPace.ONE_JVM, none, resume);
    List<Chunk> chunks = new ArrayList<>();
    for (Chunk chunk = plan.next(); chunk != null; chunk = plan.next()) {
      chunks.add(chunk);
    }
    assertThat(plan.total()).isGreaterThanOrEqualTo(chunks.size());
    return chunks;
  }
}
