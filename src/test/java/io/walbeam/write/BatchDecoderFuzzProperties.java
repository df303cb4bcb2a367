package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.Batches;
import io.walbeam.change.ColumnValue;
import io.walbeam.change.OldImage;
import io.walbeam.change.TablePatterns;
import io.walbeam.change.Tuple;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.pgoutput.PgOutputEncoder;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.RowMeta;
import io.walbeam.row.SourceTypes;
import io.walbeam.row.TableNameTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** A batch with one damaged message: the run stops with its position, or the message is one. */
class BatchDecoderFuzzProperties {
  /** The LSNs of the changes, none of them shared, so that each mutation tells its message. */
  private static final long[] LSNS = {0x100, 0x200, 0x300, 0x400};

  private static final int RELATION = 1;
  private static final int FIRST_CHANGE = 2;

  private static List<byte[]> messages() {
    int people = Batches.PEOPLE.id();
    return List.of(
        PgOutputEncoder.begin(1_000, 1_000, 77),
        PgOutputEncoder.relation(Batches.PEOPLE),
        PgOutputEncoder.insert(people, Batches.row("1", "a")),
        PgOutputEncoder.update(
            people,
            OldImage.KEY,
            List.of(new ColumnValue.Text("1"), ColumnValue.NULL),
            Batches.row("2", "b")),
        PgOutputEncoder.delete(
            people, OldImage.KEY, List.of(new ColumnValue.Text("2"), ColumnValue.NULL)),
        PgOutputEncoder.truncate(false, false, List.of(people)),
        PgOutputEncoder.commit(1_000, 1_008, 1_000));
  }

  /** Mutations by the LSN of their change, until the decoder stops. */
  private record Outcome(List<String> mutations, @Nullable WalbeamException failure) {}

  private static Outcome decode(List<byte[]> messages) {
    Batches batches = new Batches();
    for (int i = 0; i < messages.size(); i++) {
      boolean change = i >= FIRST_CHANGE && i < FIRST_CHANGE + LSNS.length;
      batches.add(change ? LSNS[i - FIRST_CHANGE] : 0x50, messages.get(i));
    }
    Recorder recorder = new Recorder();
    try {
      new BatchDecoder(new BatchReader(), routes(), recorder).decode(batches.batch(0, 1_008));
      return new Outcome(recorder.mutations, null);
    } catch (WalbeamException e) {
      return new Outcome(recorder.mutations, e);
    }
  }

  private static void verify(int which, byte[] payload) {
    List<byte[]> damaged = new ArrayList<>(messages());
    damaged.set(which, payload);
    Outcome whole = decode(messages());
    Outcome outcome = decode(damaged);
    WalbeamException failure = outcome.failure();
    if (failure != null) {
      assertThat(failure.kind()).isIn(FailureKind.MALFORMED, FailureKind.OPERATOR);
      if (failure.kind() == FailureKind.MALFORMED) {
        assertThat(failure.getMessage()).as("names the position").contains("0/");
      }
    }
    if (which < FIRST_CHANGE) {
      return;
    }
    // Whatever became of the damaged message, every other change is as it was, or not there.
    boolean change = which < FIRST_CHANGE + LSNS.length;
    String own = change ? "@" + LSNS[which - FIRST_CHANGE] : "the commit has no row";
    assertThat(others(outcome, own))
        .isEqualTo(others(whole, own).subList(0, others(outcome, own).size()));
    if (failure != null) {
      assertThat(outcome.mutations()).noneMatch(line -> line.endsWith(own));
    } else {
      assertThat(others(outcome, own)).isEqualTo(others(whole, own));
    }
  }

  private static List<String> others(Outcome outcome, String own) {
    return outcome.mutations().stream().filter(line -> !line.endsWith(own)).toList();
  }

  @Property(tries = 3000)
  void everyByteChangeStopsTheRunOrConcernsItsMessageOnly(
      @ForAll @IntRange(min = FIRST_CHANGE, max = 5) int which, @ForAll long seed) {
    byte[] payload = messages().get(which).clone();
    Random random = new Random(seed);
    payload[random.nextInt(payload.length)] ^= (byte) (1 + random.nextInt(255));
    verify(which, payload);
  }

  @Property
  void everyByteChangeOfADescriptionStopsTheRunOrIsADescription(@ForAll long seed) {
    byte[] payload = messages().get(RELATION).clone();
    Random random = new Random(seed);
    payload[random.nextInt(payload.length)] ^= (byte) (1 + random.nextInt(255));
    verify(RELATION, payload);
  }

  @Property
  void everyTruncationStopsTheRunWithItsPosition(
      @ForAll @IntRange(max = 6) int which, @ForAll @IntRange(max = 1_000) int cut) {
    byte[] whole = messages().get(which);
    byte[] payload = Arrays.copyOf(whole, cut % whole.length);
    verify(which, payload);
    List<byte[]> damaged = new ArrayList<>(messages());
    damaged.set(which, payload);
    assertThat(decode(damaged).failure()).isNotNull();
  }

  @Property
  void aRowOfAnotherWidthIsNeverWritten(@ForAll @IntRange(max = 5) int width) {
    if (width == Batches.PEOPLE.columns().size()) {
      return;
    }
    List<ColumnValue> row = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      row.add(new ColumnValue.Text("1"));
    }
    List<byte[]> messages = new ArrayList<>(messages());
    messages.set(FIRST_CHANGE, PgOutputEncoder.insert(Batches.PEOPLE.id(), row));
    Outcome outcome = decode(messages);
    assertThat(outcome.failure()).isNotNull();
    assertThat(outcome.mutations()).isEmpty();
  }

  private static Routes routes() {
    return new Routes(
        TablePatterns.ALL,
        (relation, types) -> TableDetails.NONE,
        (relation, types, details) -> {
          KeyColumns key = KeyColumns.of(relation, details.keyIfChosen());
          return new Route(
              relation,
              key,
              null,
              ChangelogMapping.appended(
                  relation,
                  key,
                  SourceTypes.NONE,
                  new MappingSettings(TableNameTemplate.DEFAULT, "")));
        });
  }

  private static final class Recorder implements BatchDecoder.Mutations {
    @Override
    public void dumpRequest(byte[] content, RowMeta meta) {}

    final List<String> mutations = new ArrayList<>();

    @Override
    public void change(Route route, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta) {}

    @Override
    public void upsert(Route route, Tuple row, RowMeta meta) {
      mutations.add("upsert " + describe(row) + at(meta));
    }

    @Override
    public void delete(Route route, Tuple oldRow, RowMeta meta) {
      mutations.add("delete " + describe(oldRow) + at(meta));
    }

    @Override
    public void oversize(Route route, long bytes, RowMeta meta) {
      mutations.add("oversize" + at(meta));
    }

    @Override
    public void truncate(Route route, RowMeta meta) {
      mutations.add("truncate" + at(meta));
    }

    private static String at(RowMeta meta) {
      return " " + meta.n() + " @" + meta.changeLsn();
    }

    private static String describe(Tuple tuple) {
      List<String> columns = new ArrayList<>();
      for (int i = 0; i < tuple.size(); i++) {
        columns.add(tuple.kind(i) == Tuple.Kind.TEXT ? tuple.text(i) : tuple.kind(i).toString());
      }
      return String.join(",", columns);
    }
  }
}
