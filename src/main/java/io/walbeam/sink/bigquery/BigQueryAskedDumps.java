package io.walbeam.sink.bigquery;

import io.walbeam.row.DestinationTable;
import io.walbeam.sink.AskedDump;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** {@code _walbeam_requests}: plain rows, only ever added; reading them costs no query. */
final class BigQueryAskedDumps {
  static final String TABLE_NAME = "_walbeam_requests";

  /** A request, and when it was made: microseconds since the Unix epoch. */
  record Asked(AskedDump dump, long micros) {}

  private static final OwnColumn<Asked> ID =
      OwnColumn.text("id", 3, asked -> asked.dump().id(), "Random name of the request.");
  private static final OwnColumn<Asked> SLOT =
      OwnColumn.text(
          "slot", 4, asked -> asked.dump().slot(), "Replication slot of the job that is meant.");
  private static final OwnColumn<Asked> REQUEST =
      OwnColumn.text(
          "request", 5, asked -> asked.dump().request(), "What is to be dumped, as JSON.");
  private static final OwnColumn<Asked> ASKED_AT =
      OwnColumn.time("asked_at", 6, Asked::micros, "When it was asked for.");

  static final OwnColumns<Asked> COLUMNS = OwnColumns.of(ID, SLOT, REQUEST, ASKED_AT);

  static final DestinationTable TABLE =
      COLUMNS.table(
          TABLE_NAME,
          List.of(),
          List.of(),
          "Dumps that somebody asked for; whoever may write here may ask.");

  private final OwnTable<Asked> own;
  private final BigQueryRest rest;
  private final Clock clock;

  BigQueryAskedDumps(OwnTable<Asked> own, BigQueryRest rest, Clock clock) {
    this.own = own;
    this.rest = rest;
    this.clock = clock;
  }

  void add(AskedDump asked) throws InterruptedException {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    own.write(List.of(COLUMNS.insert(new Asked(asked, micros))));
  }

  List<AskedDump> list(String slot) throws InterruptedException {
    List<AskedDump> asked = new ArrayList<>();
    rest.list(
        TABLE_NAME,
        rows ->
            rows.stream()
                .map(COLUMNS::cells)
                .filter(row -> slot.equals(row.text(SLOT)))
                .forEach(row -> asked.add(new AskedDump(row.text(ID), slot, row.text(REQUEST)))));
    return asked;
  }
}
