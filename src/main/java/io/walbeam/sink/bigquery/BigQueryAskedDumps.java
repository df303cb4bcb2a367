package io.walbeam.sink.bigquery;

import static io.walbeam.sink.bigquery.OwnTable.column;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.sink.AskedDump;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** {@code _walbeam_requests}: plain rows, only ever added; reading them costs no query. */
final class BigQueryAskedDumps {
  static final String TABLE_NAME = "_walbeam_requests";

  static final DestinationTable TABLE =
      new DestinationTable(
          TABLE_NAME,
          List.of(
              column("id", DestinationType.STRING, 3, "Random name of the request."),
              column(
                  "slot", DestinationType.STRING, 4, "Replication slot of the job that is meant."),
              column("request", DestinationType.STRING, 5, "What is to be dumped, as JSON."),
              column("asked_at", DestinationType.TIMESTAMP, 6, "When it was asked for.")),
          List.of(),
          List.of(),
          "Dumps that somebody asked for; whoever may write here may ask.",
          "");

  private final OwnTable own;
  private final BigQueryRest rest;
  private final Clock clock;

  BigQueryAskedDumps(OwnTable own, BigQueryRest rest, Clock clock) {
    this.own = own;
    this.rest = rest;
    this.clock = clock;
  }

  void add(AskedDump asked) throws InterruptedException {
    own.write(
        List.of(
            new RowEncoder()
                .string(3, asked.id())
                .string(4, asked.slot())
                .string(5, asked.request())
                .int64(6, ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()))
                .row()));
  }

  List<AskedDump> list(String slot) throws InterruptedException {
    List<AskedDump> asked = new ArrayList<>();
    rest.list(
        TABLE_NAME,
        rows -> {
          for (TableRow row : rows) {
            List<TableCell> cells = row.getF();
            if (slot.equals(text(cells, 1))) {
              asked.add(new AskedDump(text(cells, 0), slot, text(cells, 2)));
            }
          }
        });
    return asked;
  }

  private static String text(List<TableCell> cells, int index) {
    return index < cells.size() && cells.get(index).getV() instanceof String text ? text : "";
  }
}
