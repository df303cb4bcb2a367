package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.MessagePrefix;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailPoint;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.Receipt;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.LatestByKey;
import io.walbeam.row.Route;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowJson;
import io.walbeam.row.RowMeta;
import io.walbeam.row.RowRejectedException;
import io.walbeam.row.TableMapping;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the batches of one bundle: decodes them in order, gathers the rows of each table, sends
 * them while the next batch is decoded, and hands out receipts when everything is durable.
 *
 * <p>Order between requests does not matter, because every row carries its position. Used by one
 * thread.
 */
public final class BundleWriter implements BatchDecoder.Mutations {
  private static final Logger log = LoggerFactory.getLogger(BundleWriter.class);

  /** Rows of all tables together that wait to be sent; beyond it every table is sent. */
  private static final long GATHERED_BYTES = 32L << 20;

  /**
   * Rows of a table on their way before the decoder waits for the oldest: bounds memory, not speed.
   */
  private static final int MAX_OUTSTANDING = 16;

  /** Between two looks whether a table that does not answer is known to wait, milliseconds. */
  private static final long STALL_POLL = 50;

  private final WriteStage stage;
  private final ReceiptRelease.Bundle release;
  private final BatchReader reader = new BatchReader();
  private final BatchDecoder decoder;
  private final RowBuffer buffer = new RowBuffer();
  private final Map<String, TableRows> gathered = new LinkedHashMap<>();
  private final Deque<Writing> outstanding = new ArrayDeque<>();

  /** Of rows that were sent: those of the same table that come next need about as much room. */
  private final Deque<LatestByKey> spareIndexes = new ArrayDeque<>();

  /** By identity: comparing the columns of a relation for each change is dear. */
  private final IdentityHashMap<Relation, RowJson> jsonByRelation = new IdentityHashMap<>();

  /** Of the last row: the next one is likely to go to the same table. */
  private @Nullable TableRows last;

  private final DeadLetterBox deadLetters;
  private final List<RefusedRow> refused = new ArrayList<>();
  private final List<Receipt> receipts = new ArrayList<>();
  private final List<StreamRequests.Dump> dumpRequests = new ArrayList<>();
  private final List<StreamRequests.Truncation> truncations = new ArrayList<>();
  private final List<StreamRequests.Statement> statements = new ArrayList<>();
  private final ChangeTally tally = new ChangeTally();
  private boolean wroteRows;
  private long bundleBytes;

  public BundleWriter(WriteStage stage) {
    this.stage = stage;
    this.release = stage.receipts().begin();
    this.decoder = new BatchDecoder(reader, stage.routes(), this);
    this.deadLetters = new DeadLetterBox(stage.clock());
  }

  /**
   * Takes one batch. Its rows are sent at once or later, at the latest by {@link #finish}.
   *
   * @throws WalbeamException if a person must act
   */
  public void add(ChangeBatch batch) throws InterruptedException {
    bundleBytes += batch.length();
    stage.lookahead().over(batch);
    decoder.decode(batch);
    tally.moveTo(stage.meter());
    receipts.add(Receipt.of(batch));
    long bytes = gathered.values().stream().mapToLong(TableRows::bytes).sum();
    for (TableRows tableRows : List.copyOf(gathered.values())) {
      if (tableRows.bytes() >= stage.rows().bestBytes() || bytes >= GATHERED_BYTES) {
        send(tableRows);
      }
    }
  }

  /**
   * Sends what is left, waits for everything, writes the dead letters.
   *
   * @return the receipts to give out: one for each batch, in the order they came, unless rows are
   *     held back; see {@link HeldRows}
   */
  public List<Receipt> finish() throws InterruptedException {
    for (TableRows tableRows : List.copyOf(gathered.values())) {
      send(tableRows);
    }
    while (!outstanding.isEmpty()) {
      await(outstanding.remove());
    }
    if (!truncations.isEmpty() || !dumpRequests.isEmpty()) {
      stage.requests().record(truncations, dumpRequests);
    }
    if (!refused.isEmpty()) {
      stage.deadLetters().remember(refused).forEach(deadLetters::add);
      refused.clear();
    }
    if (!statements.isEmpty()) {
      stage.requests().record(statements);
    }
    if (!deadLetters.isEmpty()) {
      await(writing(deadLetters.take()));
    }
    if (wroteRows) {
      FailPoint.ROWS_APPENDED.reached();
    }
    return release.finish(receipts);
  }

  @Override
  public void change(Route route, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta) {
    tally.add(route, meta.operation(), reader.payloadLength());
    ChangelogMapping changelog = route.changelog();
    if (changelog != null) {
      RowJson json = jsonByRelation.computeIfAbsent(route.relation(), RowJson::new);
      EncodedRow encoded = changelog.encode(json, oldRow, newRow, meta, buffer);
      tableRows(changelog.destination()).add(encoded, origin(route, meta));
    }
  }

  @Override
  public void upsert(Route route, Tuple row, RowMeta meta) {
    TableMapping mapping = route.current();
    if (mapping == null) {
      return;
    }
    if (mapping.canBeLookedUp(row)) {
      RowOrigin origin = RowOrigin.of(reader, route, meta, row.copy(Map.of()));
      tableRows(mapping.destination()).put(mapping.key(), row, TableRows.INCOMPLETE, origin);
      return;
    }
    try {
      EncodedRow encoded = mapping.encodeUpsert(row, meta, buffer);
      tableRows(mapping.destination()).put(mapping.key(), row, encoded, origin(route, meta));
    } catch (RowRejectedException e) {
      reject(route, mapping, meta, e);
    }
  }

  @Override
  public void delete(Route route, Tuple oldRow, RowMeta meta) {
    TableMapping mapping = route.current();
    if (mapping == null) {
      return;
    }
    try {
      EncodedRow encoded = mapping.encodeDelete(oldRow, meta, buffer);
      tableRows(mapping.destination()).put(mapping.key(), oldRow, encoded, origin(route, meta));
    } catch (RowRejectedException e) {
      reject(route, mapping, meta, e);
    }
  }

  @Override
  public void oversize(Route route, long bytes, RowMeta meta) {
    tally.add(route, meta.operation(), reader.payloadLength());
    deadLetters.add(
        origin(route, meta),
        new Refusal(
            Stage.DECODE,
            ErrorClass.ROW_TOO_LARGE,
            "The change is " + bytes + " bytes long, more than walbeam carries.",
            "Leave the large column out of the publication, or shorten the value."));
  }

  @Override
  public void dumpRequest(byte[] content, RowMeta meta) {
    dumpRequests.add(new StreamRequests.Dump(meta.position(), meta.commitTimeMicros(), content));
  }

  @Override
  public void message(String prefix, byte[] bytes, int offset, int length, RowMeta meta) {
    if (prefix.equals(MessagePrefix.DDL)) {
      statements.add(
          new StreamRequests.Statement(
              meta.position(),
              meta.commitTimeMicros(),
              Arrays.copyOfRange(bytes, offset, offset + length)));
      return;
    }
    ContextMapping contexts = stage.contexts();
    if (!contexts.wants(prefix)) {
      return;
    }
    byte[] json = ContextMapping.json(bytes, offset, length);
    ContextMapping.attach(json, meta);
    EncodedRow encoded = contexts.encode(prefix, json, meta, buffer);
    tableRows(ContextMapping.DESTINATION).add(encoded, origin(contexts.route(), meta));
  }

  @Override
  public void truncate(Route route, RowMeta meta) {
    TableMapping mapping = route.current();
    if (mapping == null) {
      return;
    }
    if (stage.requests().appliesTruncations()) {
      truncations.add(
          new StreamRequests.Truncation(
              route.relation().table(),
              meta.position(),
              meta.transactionId(),
              meta.commitTimeMicros()));
      return;
    }
    deadLetters.add(
        origin(route, meta),
        new Refusal(
            Stage.TRUNCATE,
            ErrorClass.TRUNCATED,
            "The table was truncated; its rows are still in BigQuery.",
            "Ask for a dump of the table, which deletes what the source no longer has, or run with"
                + " --truncate=apply."));
    log.warn(
        "Table {} was truncated at {}; a dead letter says what to do.",
        route.relation().table(),
        meta.position());
  }

  @SuppressWarnings("ReferenceEquality") // a shortcut: comparing columns for each row is dear
  private TableRows tableRows(DestinationTable table) {
    TableRows same = last;
    if (same != null && same.table() == table) {
      same.from(reader.batch());
      return same;
    }
    String name = table.name();
    TableRows tableRows = gathered.get(name);
    if (tableRows != null && !tableRows.table().equals(table)) {
      // The table was altered in the middle of the bundle: rows of one shape per request.
      submit(tableRows);
      tableRows = null;
    }
    if (tableRows == null) {
      tableRows = new TableRows(table, this::emptyIndex);
      gathered.put(name, tableRows);
    }
    tableRows.from(reader.batch());
    last = tableRows;
    return tableRows;
  }

  private void reject(
      Route route, TableMapping mapping, RowMeta meta, RowRejectedException rejection) {
    Refusal refusal = rejection.refusal();
    deadLetters.add(origin(route, meta), refusal);
    stage.rows().metrics().rejected(mapping.destination().name(), refusal.errorClass());
  }

  private RowOrigin origin(Route route, RowMeta meta) {
    return RowOrigin.of(reader, route, meta, null);
  }

  private void send(TableRows tableRows) throws InterruptedException {
    gathered.remove(tableRows.table().name());
    submit(tableRows);
    while (outstanding.size() > MAX_OUTSTANDING) {
      await(outstanding.remove());
    }
  }

  private LatestByKey emptyIndex() {
    LatestByKey spare = spareIndexes.poll();
    return spare == null ? new LatestByKey() : spare;
  }

  private void submit(TableRows tableRows) {
    wroteRows = true;
    last = null;
    tableRows
        .complete()
        .ifPresent(
            index -> {
              index.clear();
              spareIndexes.push(index);
            });
    if (!release.queue(tableRows)) {
      outstanding.add(
          new Writing(
              tableRows.table().name(),
              tableRows.bytes(),
              tableRows.rows().size(),
              stage.rows().submit(tableRows)));
    }
  }

  private Writing writing(List<DeadLetter> letters) {
    DeadLetterQueue queue = stage.deadLetters();
    return new Writing(
        queue.table(),
        letters.stream().mapToLong(letter -> letter.raw().length).sum(),
        letters.size(),
        queue.submit(letters));
  }

  /** Waits on Beam's thread, and tells Beam meanwhile what stalls. */
  private void await(Writing rows) throws InterruptedException {
    String table = rows.table();
    try {
      while (true) {
        try {
          rows.result().get(STALL_POLL, TimeUnit.MILLISECONDS).forEach(refused::add);
          return;
        } catch (TimeoutException e) {
          stage.meter().report();
          stage.receipts().throwFailure();
          if (stage.waiting().stalls().isStalled(table) && release.release(rows, bundleBytes)) {
            return;
          }
          stage.waiting().end().throwIfParked("rows are not written", table::equals);
        }
      }
    } catch (ExecutionException e) {
      throw WalbeamException.of(
          e.getCause(), "Writing to table " + table + " failed unexpectedly.");
    }
  }
}
