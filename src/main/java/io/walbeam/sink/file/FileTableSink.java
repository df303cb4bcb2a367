package io.walbeam.sink.file;

import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Writes rows to files in a folder for each table; refuses none. Thread-safe. */
final class FileTableSink implements TableSink {
  private final TableFiles.Shared shared;
  private final Map<String, TableFiles> tables = new ConcurrentHashMap<>();

  FileTableSink(TableFiles.Shared shared) {
    this.shared = shared;
  }

  @Override
  public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException {
    if (!rows.isEmpty()) {
      tables
          .computeIfAbsent(table.name(), name -> new TableFiles(name, shared))
          .append(table, rows);
    }
    return List.of();
  }

  @Override
  public CompletableFuture<Void> durable() {
    return CompletableFuture.allOf(
        shared.unpublished().stream()
            .map(file -> file.durable)
            .toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public CompletableFuture<Void> flush() {
    tables.values().forEach(TableFiles::endSoon);
    return durable();
  }

  @Override
  public Set<String> undurable() {
    Set<String> names = new TreeSet<>();
    shared.unpublished().forEach(file -> names.add(file.folder));
    return names;
  }

  @Override
  public String place() {
    return "the files";
  }

  @Override
  public boolean keepsOrder() {
    return true;
  }

  /** Ends the files whose time has come. */
  void sweep() {
    long interval = shared.settings().interval().toNanos();
    tables.values().forEach(files -> files.endIfOlderThan(interval));
  }

  /** Gives up what is not published; the slot has it still. */
  @Override
  public void close() {
    shared.unpublished().forEach(file -> file.part.abandon());
  }
}
