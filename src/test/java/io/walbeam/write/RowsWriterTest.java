package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.Batches;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.ColumnValue;
import io.walbeam.change.CommittedTransaction;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.postgres.ReadBackAnswer;
import io.walbeam.postgres.ReadBackRequest;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.ProtoRows;
import io.walbeam.row.Route;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows that lack large values are written with what the source has, or not at all. */
class RowsWriterTest {
  private static final Relation DOCUMENTS =
      new Relation(
          16_500,
          new TableId("public", "documents"),
          ReplicaIdentity.DEFAULT,
          List.of(
              new RelationColumn("id", 20, -1, true),
              new RelationColumn("part", 25, -1, true),
              new RelationColumn("version", 20, -1, false),
              new RelationColumn("body", 25, -1, false),
              new RelationColumn("extra", 25, -1, false)));

  private static final KeyColumns KEY = KeyColumns.of(DOCUMENTS, Optional.empty());
  private static final TableMapping MAPPING =
      TableMapping.compile(
          DOCUMENTS, KEY, Map.of(), new MappingSettings(TableNameTemplate.DEFAULT, "PT10M"));
  private static final Route ROUTE = new Route(DOCUMENTS, KEY, MAPPING, null);

  /** As the stream describes it if the last column is generated. */
  private static final Relation WITHOUT_EXTRA =
      new Relation(
          DOCUMENTS.id(),
          DOCUMENTS.table(),
          DOCUMENTS.identity(),
          DOCUMENTS.columns().subList(0, 4));

  /** Stands for unchanged. */
  private static final String UNCHANGED = "\u0000unchanged";

  private final RowBuffer buffer = new RowBuffer();
  private final TableRows tableRows = new TableRows(MAPPING.destination());
  private final List<Map<String, Object>> written = new ArrayList<>();
  private final List<ReadBackRequest> requests = new ArrayList<>();
  private final Deque<ReadBackAnswer> answers = new ArrayDeque<>();
  private final CountingSinkMetrics metrics = new CountingSinkMetrics();
  private List<Deque<EarlierImages.Image>> earlier = List.of();
  private int rejectVersion = -1;
  private Route route = ROUTE;

  @Test
  void onlyTheLastImageOfAKeyIsLookedUpAndOnlyItsUnchangedColumns() throws Exception {
    put(10, "1", "a", "1", UNCHANGED, UNCHANGED);
    put(11, "1", "a", "2", UNCHANGED, "new extra");
    put(12, "1", "b", "3", UNCHANGED, "x");
    put(13, "2", "a", "4", "whole", "y");
    put(14, "3", "a", "5", UNCHANGED, "z");
    put(15, "3", "a", "6", "changed since", "z");
    answers.add(
        new ReadBackAnswer.Found(
            Map.of(0, List.of(text("one a")), 1, List.of(text("one b"))), true));

    assertThat(write()).isEmpty();

    assertThat(requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.keys()).containsExactly(List.of("1", "a"), List.of("1", "b"));
              assertThat(request.columns()).containsExactly(3);
              assertThat(request.transactions()).isEqualTo(Set.of(11, 12));
            });
    assertThat(written)
        .extracting(row -> row.get("version") + " " + row.get("body") + " " + row.get("extra"))
        .containsExactlyInAnyOrder(
            "4 whole y", "6 changed since z", "2 one a new extra", "3 one b x");
    assertThat(metrics.totals().readBacks()).isEqualTo(Map.of("public_documents", 2L));
  }

  @Test
  void aRowIsWrittenAtThePositionOfItsChangeHoweverNewTheValue() throws Exception {
    put(11, "1", "a", "2", UNCHANGED, "x");
    answers.add(new ReadBackAnswer.Found(Map.of(0, List.of(text("newer"))), true));

    write();

    assertThat(written)
        .singleElement()
        .satisfies(
            row ->
                assertThat(row.get("_CHANGE_SEQUENCE_NUMBER"))
                    .isEqualTo(new ChangePosition(0, 11, 11, 0).toSequenceNumber()));
  }

  @Test
  void anAbsentRowIsLeftOutAndANullIsTheSourcesNull() throws Exception {
    put(11, "1", "a", "2", UNCHANGED, "x");
    put(12, "2", "a", "3", UNCHANGED, "x");
    answers.add(new ReadBackAnswer.Found(Map.of(1, List.of(ColumnValue.NULL)), true));

    assertThat(write()).isEmpty();

    assertThat(written).singleElement().satisfies(row -> assertThat(row).doesNotContainKey("body"));
    assertThat(written.get(0)).containsEntry("id", 2L);
    assertThat(metrics.totals().readBacksAbsent()).isEqualTo(1);
  }

  @Test
  void anAnswerCutShortIsContinued() throws Exception {
    put(11, "1", "a", "2", UNCHANGED, "x");
    put(12, "2", "a", "3", UNCHANGED, "x");
    put(13, "3", "a", "4", UNCHANGED, "x");
    answers.add(new ReadBackAnswer.Found(Map.of(1, List.of(text("two"))), false));
    answers.add(new ReadBackAnswer.Found(Map.of(1, List.of(text("three"))), true));

    write();

    assertThat(requests.get(1).keys()).containsExactly(List.of("1", "a"), List.of("3", "a"));
    assertThat(written).extracting(row -> row.get("body")).containsExactly("two", "three");
    assertThat(metrics.totals().readBacksAbsent()).isEqualTo(1);
  }

  @Test
  void whatCanNoLongerBeReadIsADeadLetterAndNeverNull() throws Exception {
    put(11, "1", "a", "2", UNCHANGED, "x");
    put(12, "2", "a", "3", UNCHANGED, UNCHANGED);
    answers.add(
        new ReadBackAnswer.Gone(
            new Refusal(Stage.READ_BACK, ErrorClass.COLUMN_CHANGED, "gone.", "do.")));
    answers.add(new ReadBackAnswer.Found(Map.of(0, List.of(ColumnValue.ABSENT, text("x"))), true));

    assertThat(write())
        .extracting(row -> row.refusal().stage() + " " + row.refusal().errorClass())
        .containsExactly("READ_BACK COLUMN_CHANGED", "READ_BACK ROW_TOO_LARGE");
    assertThat(written).isEmpty();
  }

  @Test
  void aRowWhoseGeneratedColumnIsGoneIsWrittenWithoutIt() throws Exception {
    route = new Route(WITHOUT_EXTRA, KEY, MAPPING, null);
    put(11, "1", "a", "2", "body", UNCHANGED);
    answers.add(
        new ReadBackAnswer.Gone(
            new Refusal(Stage.READ_BACK, ErrorClass.COLUMN_CHANGED, "gone.", "do.")));

    assertThat(write()).isEmpty();

    assertThat(requests).singleElement().satisfies(r -> assertThat(r.columns()).containsExactly(4));
    assertThat(written)
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("body", "body").doesNotContainKey("extra"));
  }

  @Test
  void aLargeValueIsLookedUpAlthoughAGeneratedColumnIsGone() throws Exception {
    route = new Route(WITHOUT_EXTRA, KEY, MAPPING, null);
    put(11, "1", "a", "2", UNCHANGED, UNCHANGED);
    answers.add(
        new ReadBackAnswer.Gone(
            new Refusal(Stage.READ_BACK, ErrorClass.COLUMN_CHANGED, "gone.", "do.")));
    answers.add(new ReadBackAnswer.Found(Map.of(0, List.of(text("large"))), true));

    assertThat(write()).isEmpty();

    assertThat(requests)
        .extracting(ReadBackRequest::columns)
        .containsExactly(List.of(3, 4), List.of(3));
    assertThat(written)
        .singleElement()
        .satisfies(
            row -> assertThat(row).containsEntry("body", "large").doesNotContainKey("extra"));
  }

  @Test
  void rowsThatTheDestinationRefusesAreThoseThatWereLookedUp() throws Exception {
    put(11, "1", "a", "2", UNCHANGED, "x");
    put(12, "2", "a", "3", UNCHANGED, "x");
    answers.add(new ReadBackAnswer.Found(Map.of(1, List.of(text("two"))), true));
    rejectVersion = 3;

    assertThat(write())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.refusal().stage()).isEqualTo(Stage.APPEND);
              assertThat(row.origin().position().changeLsn()).isEqualTo(12);
            });
  }

  @Test
  void ofAKeyWhoseLastImageIsRefusedTheNewestThatIsTakenIsWritten() throws Exception {
    put(10, "1", "a", "7", "older", "x");
    put(11, "1", "a", "3", "refused", "x");
    tableRows.from(new Batches().batch(0, 1));
    rejectVersion = 3;
    earlier = List.of(new ArrayDeque<>(List.of(image(9, "3"), image(8, "2"), image(7, "1"))));

    assertThat(write())
        .extracting(row -> row.origin().position().changeLsn())
        .containsExactly(11L, 9L);
    assertThat(written).extracting(row -> row.get("version")).containsExactly(2L);
  }

  private EarlierImages.Image image(long lsn, String version) {
    RowOrigin origin = origin(lsn, null);
    Tuple row = new Tuple();
    row.reset(("1a" + version + "bx").getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 5; i++) {
      row.addText(i, 1);
    }
    return new EarlierImages.Image(MAPPING.encodeUpsert(row, origin.meta(), buffer), origin);
  }

  private List<RefusedRow> write() throws InterruptedException {
    return new RowsWriter(
            new Sink(),
            (table, request) -> {
              requests.add(request);
              return answers.remove();
            },
            (found, unwritten) -> earlier,
            metrics,
            tableRows)
        .write();
  }

  private void put(long lsn, String... texts) {
    Tuple row = new Tuple();
    byte[] bytes = String.join("", texts).getBytes(StandardCharsets.UTF_8);
    row.reset(bytes);
    int offset = 0;
    boolean incomplete = false;
    for (String text : texts) {
      if (text.equals(UNCHANGED)) {
        row.add(Tuple.Kind.UNCHANGED);
        incomplete = true;
      } else {
        row.addText(offset, text.length());
      }
      offset += text.length();
    }
    RowOrigin origin = origin(lsn, incomplete ? row.copy(Map.of()) : null);
    tableRows.put(
        KEY,
        row,
        incomplete ? TableRows.INCOMPLETE : MAPPING.encodeUpsert(row, origin.meta(), buffer),
        origin);
  }

  private RowOrigin origin(long lsn, @Nullable Tuple incomplete) {
    return new RowOrigin(
        new byte[1],
        0,
        1,
        route,
        Operation.UPDATE,
        new CommittedTransaction(0, lsn, 0, lsn),
        lsn,
        0,
        incomplete);
  }

  private static ColumnValue text(String value) {
    return new ColumnValue.Text(value);
  }

  /** Keeps what is written, and refuses the rows of one version. */
  private final class Sink implements TableSink {
    @Override
    public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows) {
      List<RejectedRow> rejected = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        Map<String, Object> row = new ProtoRows(table).read(rows.get(i));
        if (Objects.equals(row.get("version"), (long) rejectVersion)) {
          rejected.add(
              new RejectedRow(
                  i, new Refusal(Stage.APPEND, ErrorClass.ROW_REFUSED, "refused.", "do.")));
        } else {
          written.add(row);
        }
      }
      return rejected;
    }

    @Override
    public void close() {}
  }
}
