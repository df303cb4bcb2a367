package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.ChangeIndex;
import io.walbeam.change.OldImage;
import io.walbeam.change.Tuple;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.Refusal;
import io.walbeam.postgres.pgoutput.PgOutputHandler;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
import io.walbeam.postgres.pgoutput.RelationMessage;
import io.walbeam.row.Route;
import io.walbeam.row.RowJson;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The dead letters of a bundle. Decodes a message a second time, as bad rows are rare and rows that
 * are good should not pay for them. Not thread-safe.
 */
public final class DeadLetterBox {
  private final Clock clock;
  private final List<DeadLetter> letters = new ArrayList<>();

  public DeadLetterBox(Clock clock) {
    this.clock = clock;
  }

  /** Of a row whose table was let go the key only, unless it is for a history. */
  public void add(RefusedRow row) {
    RowOrigin origin = row.origin();
    if (row.isKeyOnly()) {
      add(origin, row.refusal(), images(origin).keyOf(origin), "{}", new byte[0]);
    } else if (row.isLetGo()) {
      // Nothing brings a history back, so what it takes to read the message goes with it.
      byte[] relation = RelationMessage.of(origin.route().relation());
      byte[] raw = Arrays.copyOf(relation, relation.length + origin.length());
      System.arraycopy(origin.messages(), origin.entry(), raw, relation.length, origin.length());
      Images images = images(origin);
      add(origin, row.refusal(), images.keyJson, images.rowJson, raw);
    } else {
      add(origin, row.refusal());
    }
  }

  public void add(RowOrigin origin, Refusal refusal) {
    Images images = images(origin);
    int end = origin.entry() + origin.length();
    add(
        origin,
        refusal,
        images.keyJson,
        images.rowJson,
        Arrays.copyOfRange(origin.messages(), origin.entry(), end));
  }

  private static Images images(RowOrigin origin) {
    Images images = new Images(origin.route());
    BatchReader.readMessage(origin.messages(), origin.entry(), origin.length(), images);
    return images;
  }

  private void add(RowOrigin origin, Refusal refusal, String keyJson, String rowJson, byte[] raw) {
    letters.add(
        new DeadLetter(
            ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()),
            refusal,
            new DeadLetter.Change(
                origin.route().relation().table(),
                origin.operation(),
                origin.position(),
                origin.transaction().id(),
                origin.transaction().commitTimeMicros()),
            keyJson,
            rowJson,
            raw));
  }

  boolean isEmpty() {
    return letters.isEmpty();
  }

  /** Hands over what was gathered. */
  public List<DeadLetter> take() {
    List<DeadLetter> taken = List.copyOf(letters);
    letters.clear();
    return taken;
  }

  /** Renders the one message it is given. */
  private static final class Images implements PgOutputHandler {
    private final Route route;
    private String keyJson = "{}";
    private String rowJson = "{}";
    private String oldKeyJson = "";

    Images(Route route) {
      this.route = route;
    }

    /**
     * The key of that half of a change that the row is: an update of a key has an old and a new.
     */
    String keyOf(RowOrigin origin) {
      return oldKeyJson.isEmpty() || ChangeIndex.half(origin.position().n()) == 1
          ? keyJson
          : oldKeyJson;
    }

    @Override
    public void insert(int relationId, Tuple row) {
      RowJson json = new RowJson(route.relation());
      keyJson = json.key(route.key(), row);
      rowJson = json.row(row);
    }

    @Override
    public void update(int relationId, OldImage oldImage, Tuple oldRow, Tuple row) {
      route.fillUnchanged(row, oldImage, oldRow);
      if (oldImage != OldImage.NONE && route.key().changed(oldRow, row)) {
        oldKeyJson = new RowJson(route.relation()).key(route.key(), oldRow);
      }
      insert(relationId, row);
    }

    @Override
    public void delete(int relationId, OldImage oldImage, Tuple oldRow) {
      keyJson = new RowJson(route.relation()).key(route.key(), oldRow);
    }

    @Override
    public void truncate(PgOutputMessage.Truncate truncate) {}

    @Override
    public void begin(PgOutputMessage.Begin begin) {}

    @Override
    public void commit(PgOutputMessage.Commit commit) {}

    @Override
    public void origin(PgOutputMessage.Origin origin) {}

    @Override
    public void relation(PgOutputMessage.RelationDescribed relation) {}

    @Override
    public void type(PgOutputMessage.TypeDescribed type) {}

    @Override
    public void message(PgOutputMessage.LogicalMessage message) {}
  }
}
