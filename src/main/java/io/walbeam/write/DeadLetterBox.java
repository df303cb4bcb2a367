package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.change.OldImage;
import io.walbeam.change.Tuple;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.Refusal;
import io.walbeam.postgres.pgoutput.PgOutputHandler;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
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

  public void add(RefusedRow row) {
    add(row.origin(), row.refusal());
  }

  public void add(RowOrigin origin, Refusal refusal) {
    byte[] messages = origin.messages();
    Images images = new Images(origin.route());
    BatchReader.readMessage(messages, origin.entry(), origin.length(), images);
    letters.add(
        new DeadLetter(
            ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()),
            refusal,
            new DeadLetter.Change(
                origin.route().relation().table(),
                origin.operation(),
                origin.position(),
                origin.transactionId(),
                origin.commitTimeMicros()),
            images.keyJson,
            images.rowJson,
            Arrays.copyOfRange(messages, origin.entry(), origin.entry() + origin.length())));
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

    Images(Route route) {
      this.route = route;
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
