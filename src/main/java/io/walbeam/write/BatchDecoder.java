package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ChangeIndex;
import io.walbeam.change.Lsn;
import io.walbeam.change.MessagePrefix;
import io.walbeam.change.OldImage;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import io.walbeam.change.TypeName;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
import io.walbeam.row.Route;
import io.walbeam.row.RowMeta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the changes of a batch into row mutations with their positions.
 *
 * <p>A key-changing update is two mutations: delete the old key, upsert the new one. Not
 * thread-safe; used for one bundle.
 */
public final class BatchDecoder implements BatchReader.Handler {
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

    /**
     * The application wrote a message of its own into its transaction.
     *
     * @param bytes hold the content, {@code length} bytes from {@code offset}
     */
    default void message(String prefix, byte[] bytes, int offset, int length, RowMeta meta) {}

    /** All rows of the relation are gone. */
    void truncate(Route route, RowMeta meta);
  }

  private final Routes routes;
  private final Mutations mutations;
  private final BatchReader reader;
  private final RowMeta meta = new RowMeta();
  private final Map<Integer, Route> routeById = new HashMap<>();
  private final Map<Integer, TypeName> typeByOid = new HashMap<>();

  /** Of the last change: the next one is likely to be of the same relation. */
  private @Nullable Route lastRoute;

  private int lastRelationId;
  private PgOutputMessage.@Nullable Begin transaction;

  /**
   * @param reader tells whoever receives the mutations which message they come from
   */
  BatchDecoder(BatchReader reader, Routes routes, Mutations mutations) {
    this.reader = reader;
    this.routes = routes;
    this.mutations = mutations;
  }

  /** Decodes every message of {@code next}. */
  void decode(ChangeBatch next) {
    transaction = null;
    lastRoute = null;
    routeById.clear();
    typeByOid.clear();
    reader.read(next, this);
  }

  /** Of a change that was cut down to its key a dead letter is left. */
  @Override
  public void oversize(int relationId, Operation operation, long bytes) {
    Route route = route(relationId);
    if (route.wanted()) {
      mutations.oversize(route, bytes, at(0, operation));
    }
  }

  @Override
  public void begin(PgOutputMessage.Begin begin) {
    transaction = begin;
    // Of the batch: a job may be given a higher epoch while batches of the earlier one are under
    // way.
    meta.transaction(
        reader.batch().reader().epoch(),
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
    lastRoute = null;
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
      route.addUnsent(row, Tuple.Kind.UNCHANGED);
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
    route.addUnsent(row, Tuple.Kind.UNCHANGED);
    if (hasOld && route.key().changed(oldRow, row)) {
      route.addUnsent(oldRow, Tuple.Kind.ABSENT);
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
      route.addUnsent(oldRow, Tuple.Kind.ABSENT);
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
    } else if (message.transactional()) {
      mutations.message(
          message.prefix(),
          message.bytes(),
          message.contentOffset(),
          message.contentLength(),
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
    return meta.change(reader.lsn(), ChangeIndex.n(reader.index(), half), operation);
  }

  private Route route(int relationId) {
    Route last = lastRoute;
    if (last != null && lastRelationId == relationId) {
      return last;
    }
    Route route = routeById.get(relationId);
    if (route == null) {
      throw outOfOrder("a change of a relation that was not described");
    }
    lastRoute = route;
    lastRelationId = relationId;
    return route;
  }

  private WalbeamException outOfOrder(String what) {
    return new WalbeamException(
        FailureKind.MALFORMED,
        "The stream has " + what + " at " + Lsn.format(reader.lsn()) + ".",
        "Report this with the server's version.");
  }
}
