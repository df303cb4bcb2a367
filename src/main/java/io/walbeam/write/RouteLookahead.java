package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.Relation;
import io.walbeam.change.TableId;
import io.walbeam.change.TypeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the routes of tables that a batch brings for the first time, several at a time: for each
 * the destination is asked what is there, and a batch may bring thousands. Thread-safe.
 *
 * <p>What fails is left to whoever decodes the batch, in its turn.
 */
public final class RouteLookahead {
  private static final Logger log = LoggerFactory.getLogger(RouteLookahead.class);

  /** Questions under way; BigQuery takes 100 a second of one user for each method. */
  static final int AT_A_TIME = 16;

  private final Routes routes;
  private final Executor executor;

  public RouteLookahead(Routes routes, Executor executor) {
    this.routes = routes;
    this.executor = executor;
  }

  /**
   * A relation without a route.
   *
   * @param types that the stream has announced before it
   */
  private record Unknown(Relation relation, Map<Integer, TypeName> types) {}

  /** Collects the first unknown description of each table: a later one may build upon it. */
  private final class Search implements BatchReader.Descriptions {
    final Map<TableId, Unknown> found = new LinkedHashMap<>();
    private final Map<Integer, TypeName> types = new HashMap<>();

    @Override
    public void relation(Relation relation) {
      if (!routes.knows(relation)) {
        found.computeIfAbsent(relation.table(), any -> new Unknown(relation, Map.copyOf(types)));
      }
    }

    @Override
    public void type(TypeName type) {
      types.put(type.oid(), type);
    }
  }

  /** Returns once every table of {@code batch} has a route, or could not be given one. */
  void over(ChangeBatch batch) throws InterruptedException {
    Search search = new Search();
    BatchReader.describe(batch, search);
    if (search.found.size() < 2) {
      return;
    }
    Queue<Unknown> left = new ConcurrentLinkedQueue<>(search.found.values());
    List<CompletableFuture<Void>> strands = new ArrayList<>();
    for (int i = 0; i < Math.min(AT_A_TIME, search.found.size()); i++) {
      strands.add(CompletableFuture.runAsync(() -> make(left), executor));
    }
    for (CompletableFuture<Void> strand : strands) {
      try {
        strand.get();
      } catch (ExecutionException e) {
        log.debug("Left to whoever decodes the batch", e);
      }
    }
  }

  private void make(Queue<Unknown> left) {
    for (Unknown next = left.poll();
        next != null && !Thread.currentThread().isInterrupted();
        next = left.poll()) {
      try {
        routes.route(next.relation(), next.types());
      } catch (RuntimeException e) {
        log.debug("Left to whoever decodes the batch: {}", next.relation().table(), e);
      }
    }
  }
}
