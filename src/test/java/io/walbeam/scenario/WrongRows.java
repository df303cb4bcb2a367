package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowMeta;
import io.walbeam.row.SourceTypes;
import io.walbeam.row.Substitutions;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.secret.SecretReference;
import io.walbeam.sink.Sink;
import io.walbeam.sink.bigquery.BigQueryDestination;
import io.walbeam.sink.bigquery.BigQuerySettings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What no run would write into the table {@code items} of a scenario. */
final class WrongRows {
  private WrongRows() {}

  /** Fields before the columns: change type, sequence number, {@code _walbeam}. */
  private static final int HEADER_FIELDS = 3;

  /** Encodes rows. */
  @FunctionalInterface
  private interface Rows {
    List<EncodedRow> encode(TableMapping mapping, RowMeta meta, RowBuffer buffer);
  }

  /** Rows in the name of changes that never were: one is deleted, five are other ones. */
  static void write(Servers servers, Scenario scenario) throws Exception {
    write(
        servers,
        scenario,
        (mapping, meta, buffer) ->
            List.of(
                mapping.encodeDelete(row(1, ""), meta, buffer),
                mapping.encodeUpsert(row(2, "something else"), meta, buffer),
                mapping.encodeUpsert(row(3, "note 4"), meta, buffer),
                mapping.encodeUpsert(row(4, "note 3"), meta, buffer),
                mapping.encodeUpsert(row(5, "note 4"), meta, buffer), // '5' and one bit
                mapping.encodeUpsert(row(999_999, "never was"), meta, buffer)));
  }

  /** What an edit past walbeam leaves: another note, and the fingerprint of the right one. */
  static void edit(Servers servers, Scenario scenario, int id, String note) throws Exception {
    write(
        servers,
        scenario,
        (mapping, meta, buffer) ->
            List.of(
                edited(
                    mapping.encodeUpsert(row(id, "note " + id), meta, buffer),
                    mapping.encodeUpsert(row(id, note), meta, buffer))));
  }

  /** The header of one row before the columns of another. */
  private static EncodedRow edited(EncodedRow right, EncodedRow wrong) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(right.bytes(), right.offset(), headerLength(right));
    int header = headerLength(wrong);
    bytes.write(wrong.bytes(), wrong.offset() + header, wrong.length() - header);
    return new EncodedRow(bytes.toByteArray(), 0, bytes.size());
  }

  /** Its fields have tags and lengths of one byte. */
  private static int headerLength(EncodedRow row) {
    int at = row.offset();
    for (int field = 0; field < HEADER_FIELDS; field++) {
      at += 2 + row.bytes()[at + 1];
    }
    return at - row.offset();
  }

  private static void write(Servers servers, Scenario scenario, Rows made) throws Exception {
    PostgresSettings postgres =
        new PostgresSettings(
            "localhost",
            servers.source().port(),
            scenario.name(),
            SourceServer.SUPERUSER,
            new SecretReference("not-needed"));
    try (DumpConnection connection = new DumpConnection(postgres, "verify-drift");
        Sink sink =
            new BigQueryDestination(
                    new BigQuerySettings(
                        "demo",
                        scenario.name(),
                        "",
                        servers.endpoint(),
                        "_walbeam_dead_letters",
                        "walbeam:drift"))
                .open()) {
      PublishedTable table =
          connection
              .describe(
                  new ReplicationSettings(postgres, scenario.name(), scenario.name()),
                  new TableId("public", "items"))
              .orElseThrow();
      TableMapping mapping =
          TableMapping.compile(
              table.relation(),
              KeyColumns.of(table.relation(), Optional.empty()),
              new SourceTypes(table.types(), Map.of()),
              sink.existing().columns("public_items"),
              new MappingSettings(TableNameTemplate.DEFAULT, "PT10M"),
              Substitutions.UNTOLD);
      RowMeta meta =
          new RowMeta()
              .transaction(0, scenario.slot().confirmed().orElseThrow().value(), 1, 1)
              .change(1, 0, Operation.UPDATE);
      RowBuffer buffer = new RowBuffer();
      assertThat(sink.tables().write(mapping.destination(), made.encode(mapping, meta, buffer)))
          .isEmpty();
    }
  }

  private static Tuple row(int id, String note) {
    String at =
        java.time.OffsetDateTime.parse("2024-01-01T00:00:00Z")
            .plusSeconds(id)
            .format(java.time.format.DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss"));
    List<String> values = List.of(Integer.toString(id), at + "+00", "1.50", note);
    Tuple tuple = new Tuple();
    tuple.reset(String.join("", values).getBytes(StandardCharsets.UTF_8));
    int from = 0;
    for (String value : values) {
      tuple.addText(from, value.length());
      from += value.length();
    }
    return tuple;
  }
}
