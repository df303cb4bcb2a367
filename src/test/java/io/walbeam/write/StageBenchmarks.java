package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.Batches;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ChangeBatchCoder;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.OldImage;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowMeta;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one row costs in each stage that touches every row, in nanoseconds. {@code scripts/bench
 * jmh} runs them; {@link StageBenchmarksTest} checks what they compute.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StageBenchmarks {
  /** Rows of a batch; every result is for one of them. */
  static final int ROWS = 1_000;

  private static final Relation ORDERS =
      new Relation(
          16_500,
          new TableId("public", "orders"),
          ReplicaIdentity.DEFAULT,
          List.of(
              new RelationColumn("id", 20, -1, true),
              new RelationColumn("customer", 25, -1, false),
              new RelationColumn("price", 1700, -1, false),
              new RelationColumn("ordered_at", 1184, -1, false),
              new RelationColumn("paid", 16, -1, false)));

  private final ChangeBatch batch = batch();
  private final byte[] encodedBatch;
  private final BatchReader reader = new BatchReader();
  private final Totals totals = new Totals();
  private final byte[] text = new byte[ChangePosition.SEQUENCE_NUMBER_LENGTH];
  private final TableMapping mapping =
      TableMapping.compile(
          ORDERS,
          KeyColumns.of(ORDERS, Optional.empty()),
          Map.of(),
          new MappingSettings(TableNameTemplate.DEFAULT, ""));
  private final RowMeta meta =
      new RowMeta()
          .transaction(1, 0x16B374D848L, 1_700_000_000_000_000L, 755)
          .change(0x16B374D800L, 2, Operation.UPDATE);
  private final RowBuffer buffer = new RowBuffer();
  private final Tuple row =
      tuple("4711", "Zo\u00EB Example", "1234.50", "2026-01-02 03:04:05.678901+00", "t");

  public StageBenchmarks() {
    encodedBatch = encodeBatch();
  }

  private static ChangeBatch batch() {
    Batches batches = new Batches().begin(10_000_000).relation(Batches.PEOPLE);
    for (int i = 0; i < ROWS; i++) {
      batches.insert(1_000 + i, Integer.toString(i), "a name of usual length");
    }
    return batches.commit(10_000_000).batch(1_000, 10_000_008);
  }

  static Tuple tuple(String... values) {
    byte[] bytes = String.join("", values).getBytes(StandardCharsets.UTF_8);
    Tuple tuple = new Tuple();
    tuple.reset(bytes);
    int offset = 0;
    for (String value : values) {
      int length = value.getBytes(StandardCharsets.UTF_8).length;
      tuple.addText(offset, length);
      offset += length;
    }
    return tuple;
  }

  /** Every message of a batch through the reader and the pgoutput decoder. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public int decode() {
    totals.columns = 0;
    reader.read(batch, totals);
    return totals.columns;
  }

  /** A position to the text of {@code _CHANGE_SEQUENCE_NUMBER}. */
  @Benchmark
  public byte[] position() {
    ChangePosition.writeSequenceNumber(0, 0x16B374D848L, 0x16B374D800L, 2, text, 0);
    return text;
  }

  /** A tuple of int8, text, numeric, timestamptz and bool to a row with its header. */
  @Benchmark
  public EncodedRow row() {
    return mapping.encodeUpsert(row, meta, buffer);
  }

  /** A batch to the bytes that travel between workers. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public byte[] encodeBatch() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(batch.length() + 128);
    try {
      ChangeBatchCoder.of().encode(batch, out);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    return out.toByteArray();
  }

  /** And back. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public ChangeBatch decodeBatch() {
    try {
      return ChangeBatchCoder.of().decode(new ByteArrayInputStream(encodedBatch));
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory cannot fail", e);
    }
  }

  TableMapping mapping() {
    return mapping;
  }

  /** Counts the columns of inserted rows, so that nothing is optimized away. */
  private static final class Totals implements BatchReader.Handler {
    private int columns;

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
    public void insert(int relationId, Tuple row) {
      columns += row.size();
    }

    @Override
    public void update(int relationId, OldImage oldImage, Tuple oldRow, Tuple row) {}

    @Override
    public void delete(int relationId, OldImage oldImage, Tuple oldRow) {}

    @Override
    public void oversize(int relationId, Operation operation, long bytes) {}

    @Override
    public void truncate(PgOutputMessage.Truncate truncate) {}

    @Override
    public void message(PgOutputMessage.LogicalMessage message) {}
  }
}
