package io.walbeam.write;

import io.walbeam.change.Lsn;
import io.walbeam.change.MessagePrefix;
import io.walbeam.change.OldImage;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import io.walbeam.change.TypeName;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.pgoutput.MalformedMessageException;
import io.walbeam.postgres.pgoutput.MessageHeader;
import io.walbeam.postgres.pgoutput.PgOutputDecoder;
import io.walbeam.postgres.pgoutput.PgOutputHandler;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
import io.walbeam.row.Route;
import io.walbeam.row.RowMeta;
import io.walbeam.source.ChangeBatch;
import io.walbeam.source.OversizeMarker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks the messages of a batch and turns changes into row mutations with their positions.
 *
 * <p>A key-changing update is two mutations: delete the old key, upsert the new one. Not
 * thread-safe; used for one bundle.
 */
public final class BatchDecoder implements PgOutputHandler {
  /** Receives the mutations in stream order. Tuples are valid during the call. */
  interface Mutations {
    /**
     * The change as a whole, before the mutations that it consists of.
     *
     * @param oldRow null if the change carries nothing of the old row
     * @param newRow null if there is none
     */
    void change(Route route, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta);

    /** The row is now as {@code row} says; every column has a value or is unchanged TOAST. */
    void upsert(Route route, Tuple row, RowMeta meta);

    /** The row with the key of {@code oldRow} is gone. */
    void delete(Route route, Tuple oldRow, RowMeta meta);

    /** The row changed, but the change was too long to be carried: {@code bytes} long. */
    void oversize(Route route, long bytes, RowMeta meta);

    /** Somebody asks for a dump. */
    void dumpRequest(byte[] content, RowMeta meta);

    /** All rows of the relation are gone. */
    void truncate(Route route, RowMeta meta);
  }

  private final Routes routes;
  private final Mutations mutations;
  private final PgOutputDecoder decoder = new PgOutputDecoder();
  private final RowMeta meta = new RowMeta();
  private final Map<Integer, Route> routeById = new HashMap<>();
  private final Map<Integer, TypeName> typeByOid = new HashMap<>();

  private @Nullable ChangeBatch batch;
  private PgOutputMessage.@Nullable Begin transaction;
  private int payload;
  private int payloadLength;
  private long lsn;
  private long lastChangeLsn;
  private int index;

  BatchDecoder(Routes routes, Mutations mutations) {
    this.routes = routes;
    this.mutations = mutations;
  }

  /** Decodes every message of {@code next}. */
  void decode(ChangeBatch next) {
    batch = next;
    transaction = null;
    routeById.clear();
    typeByOid.clear();
    lastChangeLsn = -1;
    index = next.firstIndex() - 1;
    byte[] bytes = next.messages();
    ByteBuffer header = ByteBuffer.wrap(bytes);
    boolean firstChange = true;
    for (int at = 0; at < next.length(); at = payload + payloadLength) {
      lsn = header.getLong(at);
      payloadLength = header.getInt(at + Long.BYTES);
      payload = at + ChangeBatch.ENTRY_HEADER;
      byte type = payloadLength == 0 ? 0 : bytes[payload];
      if (MessageHeader.countsAsChange(type) || type == OversizeMarker.TYPE) {
        if (firstChange || lsn == lastChangeLsn) {
          index++;
        } else {
          index = 0;
        }
        firstChange = false;
        lastChangeLsn = lsn;
      }
      try {
        if (type == OversizeMarker.TYPE) {
          oversize(bytes);
        } else {
          decoder.decode(bytes, payload, payloadLength, this);
        }
      } catch (MalformedMessageException e) {
        throw new WalbeamException(
            FailureKind.MALFORMED,
            "The message at " + Lsn.format(lsn) + " is not pgoutput protocol 1.",
            "Check that the server is PostgreSQL 14 or newer, and report this with the server's"
                + " version.",
            e);
      }
    }
  }

  /** A change cut down to its key: a delete needs no more, of an upsert a dead letter is left. */
  private void oversize(byte[] bytes) {
    if (!OversizeMarker.isComplete(bytes, payload, payloadLength)) {
      throw outOfOrder("an oversize marker that is cut off");
    }
    if (!OversizeMarker.isRowChange(bytes, payload)) {
      return;
    }
    byte[] message = OversizeMarker.restore(bytes, payload, payloadLength);
    if (message[0] == MessageHeader.DELETE) {
      decoder.decode(message, 0, message.length, this);
      return;
    }
    Route route = route(MessageHeader.relationId(message, 0, message.length));
    if (route.wanted()) {
      boolean insert = message[0] == MessageHeader.INSERT;
      mutations.oversize(
          route,
          OversizeMarker.originalSize(bytes, payload),
          at(0, insert ? Operation.INSERT : Operation.UPDATE));
    }
  }

  /** The batch being decoded. */
  ChangeBatch batch() {
    ChangeBatch current = batch;
    if (current == null) {
      throw new IllegalStateException("no batch is being decoded");
    }
    return current;
  }

  /** Offset of the current message in the batch. */
  int payload() {
    return payload;
  }

  /** Bytes of the current message. */
  int payloadLength() {
    return payloadLength;
  }

  @Override
  public void begin(PgOutputMessage.Begin begin) {
    transaction = begin;
    // Of the batch: a job may be given a higher epoch while batches of the earlier one are under
    // way.
    meta.transaction(
        batch().origin().epoch(),
        begin.commitLsn(),
        begin.commitTimeMicros(),
        begin.transactionId());
  }

  @Override
  public void commit(PgOutputMessage.Commit commit) {
    transaction = null;
  }

  @Override
  public void origin(PgOutputMessage.Origin origin) {}

  @Override
  public void relation(PgOutputMessage.RelationDescribed described) {
    Relation relation = described.relation();
    routeById.put(relation.id(), routes.route(relation, typeByOid));
  }

  @Override
  public void type(PgOutputMessage.TypeDescribed described) {
    typeByOid.put(described.type().oid(), described.type());
  }

  @Override
  public void insert(int relationId, Tuple row) {
    Route route = route(relationId);
    requireWidth(route, row);
    if (route.wanted()) {
      RowMeta at = at(0, Operation.INSERT);
      mutations.change(route, null, row, at);
      mutations.upsert(route, row, at);
    }
  }

  @Override
  public void update(int relationId, OldImage oldImage, Tuple oldRow, Tuple row) {
    Route route = route(relationId);
    requireWidth(route, row);
    if (oldImage != OldImage.NONE) {
      requireWidth(route, oldRow);
    }
    if (!route.wanted()) {
      return;
    }
    boolean hasOld = oldImage != OldImage.NONE;
    route.fillUnchanged(row, oldImage, oldRow);
    RowMeta at = at(0, Operation.UPDATE);
    mutations.change(route, hasOld ? oldRow : null, row, at);
    if (hasOld && route.key().changed(oldRow, row)) {
      mutations.delete(route, oldRow, at);
      mutations.upsert(route, row, at(1, Operation.UPDATE));
      return;
    }
    mutations.upsert(route, row, at);
  }

  @Override
  public void delete(int relationId, OldImage oldImage, Tuple oldRow) {
    Route route = route(relationId);
    requireWidth(route, oldRow);
    if (route.wanted()) {
      RowMeta at = at(0, Operation.DELETE);
      mutations.change(route, oldRow, null, at);
      mutations.delete(route, oldRow, at);
    }
  }

  @Override
  public void truncate(PgOutputMessage.Truncate truncate) {
    List<Route> truncated = new ArrayList<>();
    for (int id : truncate.relationIds()) {
      truncated.add(route(id));
    }
    for (Route route : truncated) {
      if (route.wanted()) {
        mutations.change(route, null, null, at(0, Operation.TRUNCATE));
        mutations.truncate(route, at(0, Operation.TRUNCATE));
      }
    }
  }

  @Override
  public void message(PgOutputMessage.LogicalMessage message) {
    if (message.prefix().equals(MessagePrefix.DUMP_REQUEST)) {
      int begin = message.contentOffset();
      mutations.dumpRequest(
          Arrays.copyOfRange(message.bytes(), begin, begin + message.contentLength()),
          at(0, Operation.READ));
    }
  }

  /** A row with a column too many or too few would put values under the wrong names. */
  private void requireWidth(Route route, Tuple row) {
    if (row.size() != route.relation().columns().size()) {
      throw outOfOrder("a row that is not as wide as its relation");
    }
  }

  private RowMeta at(int half, Operation operation) {
    if (transaction == null) {
      throw outOfOrder("a change outside a transaction");
    }
    return meta.change(lsn, 2L * index + half, operation);
  }

  private Route route(int relationId) {
    Route route = routeById.get(relationId);
    if (route == null) {
      throw outOfOrder("a change of a relation that was not described");
    }
    return route;
  }

  private WalbeamException outOfOrder(String what) {
    return new WalbeamException(
        FailureKind.MALFORMED,
        "The stream has " + what + " at " + Lsn.format(lsn) + ".",
        "Report this with the server's version.");
  }
}
