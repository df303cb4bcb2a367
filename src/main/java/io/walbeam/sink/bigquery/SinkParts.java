package io.walbeam.sink.bigquery;

import io.walbeam.sink.LetGo;
import io.walbeam.sink.SinkMetrics;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.Waits;

/** What all writes of one sink share. Thread-safe. */
record SinkParts(
    BigQueryTables tables,
    AppendConnections connections,
    Pace pace,
    Waits waits,
    Stalls stalls,
    LetGo letGo,
    SinkMetrics metrics) {}
