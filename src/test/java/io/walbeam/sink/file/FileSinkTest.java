package io.walbeam.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.Stalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When rows are durable, and what becomes of them when a disk is full or a file gone. */
class FileSinkTest {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path directory;

  /** A directory whose disk is full as long as a test says. */
  private static final class Disk implements Storage {
    private final LocalStorage local;
    private volatile boolean full;

    Disk(Path directory) {
      this.local = new LocalStorage(directory);
    }

    private void use() throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
    }

    @Override
    public String describe() {
      return local.describe();
    }

    @Override
    public void requireDirectory() throws IOException {
      local.requireDirectory();
    }

    @Override
    public void sweep() throws IOException {
      local.sweep();
    }

    @Override
    public Part begin(String folder, String name) throws IOException {
      use();
      Part part = local.begin(folder, name);
      return new Part() {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          if (full) {
            // As a disk does: what fits is written.
            part.write(bytes, offset, length / 2);
            part.cutTo(part.length() - length / 2);
          }
          use();
          part.write(bytes, offset, length);
        }

        @Override
        public long length() {
          return part.length();
        }

        @Override
        public void cutTo(long length) {
          part.cutTo(length);
        }

        @Override
        public void publish() throws IOException {
          use();
          part.publish();
        }

        @Override
        public void abandon() {
          part.abandon();
        }
      };
    }

    @Override
    public void put(String path, byte[] content) throws IOException {
      use();
      local.put(path, content);
    }

    @Override
    public Optional<byte[]> get(String path) throws IOException {
      return local.get(path);
    }

    @Override
    public List<String> list(String folder) throws IOException {
      return local.list(folder);
    }

    @Override
    public void delete(String path) throws IOException {
      local.delete(path);
    }
  }

  private FileSink sink(Storage storage, Duration interval, long bytes) {
    return new FileSink(
        new FileSettings(
            "file://" + directory,
            interval,
            bytes,
            "_walbeam_dead_letters",
            FileSettings.Format.JSON),
        storage);
  }

  private FileSink sink(Duration interval, long bytes) {
    return sink(new LocalStorage(directory), interval, bytes);
  }

  private static DestinationTable table(String name) {
    return new DestinationTable(name, List.of(), List.of(), List.of(), "", "");
  }

  private static List<EncodedRow> rows(String... texts) {
    return Arrays.stream(texts)
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .map(bytes -> new EncodedRow(bytes, 0, bytes.length))
        .toList();
  }

  private List<String> lines(String folder) throws IOException {
    List<String> lines = new ArrayList<>();
    LocalStorage storage = new LocalStorage(directory);
    for (String file : storage.list(folder)) {
      lines.addAll(Files.readAllLines(directory.resolve(folder).resolve(file)));
    }
    return lines;
  }

  @Test
  void rowsAreDurableAfterTheIntervalWithoutAnybodysDoing() throws Exception {
    try (FileSink sink = sink(Duration.ofMillis(1), 1_000_000)) {
      assertThat(sink.tables().durable()).isCompleted();
      sink.tables().write(table("t"), rows("a", "b"));
      sink.tables().durable().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(lines("t")).containsExactly("a", "b");
      assertThat(sink.tables().undurable()).isEmpty();
    }
  }

  @Test
  void aFullFileIsPublishedAndALongRowIsKeptWhole() throws Exception {
    String longRow = "x".repeat(200_000);
    try (FileSink sink = sink(Duration.ofHours(1), 100)) {
      sink.tables().write(table("t"), rows("a", longRow, "b"));
      sink.tables().write(table("u"), rows("small"));
      CompletableFuture<Void> before = sink.tables().durable();
      assertThat(before).isNotDone();
      sink.tables().flush().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      before.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(lines("t")).containsExactly("a", longRow, "b");
      assertThat(lines("u")).containsExactly("small");
    }
  }

  @Test
  void filesByNameHaveRowsInTheOrderInWhichTheyWereTaken() throws Exception {
    List<String> expected = new ArrayList<>();
    try (FileSink sink = sink(Duration.ofHours(1), 50)) {
      for (int i = 0; i < 200; i++) {
        expected.add("row " + i);
        sink.tables().write(table("t"), rows("row " + i));
      }
      sink.tables().flush().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    assertThat(lines("t")).isEqualTo(expected);
    assertThat(new LocalStorage(directory).list("t")).hasSizeGreaterThan(10);
  }

  @Test
  void aFullDiskIsAStallThatSaysSoAndNothingIsLostOrThereTwice() throws Exception {
    Disk disk = new Disk(directory);
    try (FileSink sink = sink(disk, Duration.ofHours(1), 1_000_000)) {
      sink.tables().write(table("t"), rows("before"));
      disk.full = true;
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try {
                  sink.tables().write(table("t"), rows("during", "the", "stall"));
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      awaitStall(sink);
      assertThat(sink.stalls().current())
          .singleElement()
          .satisfies(
              stall -> {
                assertThat(stall.table()).isEqualTo("t");
                assertThat(stall.parked()).isTrue();
                assertThat(stall.reason()).contains("is full").contains("Make room");
              });
      CompletableFuture<Void> durable = sink.tables().flush();
      assertThat(durable).isNotDone();
      disk.full = false;
      writing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      sink.tables().flush().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      durable.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(lines("t")).containsExactly("before", "during", "the", "stall");
      assertThat(sink.stalls().current()).isEmpty();
    }
  }

  @Test
  void aWriterThatIsInterruptedLeavesNoHalfRow() throws Exception {
    Disk disk = new Disk(directory);
    try (FileSink sink = sink(disk, Duration.ofHours(1), 1_000_000)) {
      sink.tables().write(table("t"), rows("before"));
      disk.full = true;
      CompletableFuture<Throwable> ended = new CompletableFuture<>();
      Thread writer =
          new Thread(
              () -> {
                try {
                  sink.tables().write(table("t"), rows("given up"));
                  ended.complete(new AssertionError("written"));
                } catch (InterruptedException e) {
                  ended.complete(e);
                }
              });
      writer.start();
      awaitStall(sink);
      writer.interrupt();
      assertThat(ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(InterruptedException.class);
      writer.join();
      disk.full = false;
      sink.tables().write(table("t"), rows("after"));
      sink.tables().flush().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(lines("t")).containsExactly("before", "after");
    }
  }

  @Test
  void rowsWhoseFileSomebodyDeletedAreNeverCalledDurable() throws Exception {
    try (FileSink sink = sink(Duration.ofHours(1), 1_000_000)) {
      sink.tables().write(table("t"), rows("row"));
      try (Stream<Path> files = Files.list(directory.resolve("t"))) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      ExecutionException failure =
          catchThrowableOfType(
              ExecutionException.class,
              () -> sink.tables().flush().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      assertThat(failure.getCause())
          .isInstanceOfSatisfying(
              WalbeamException.class,
              e -> assertThat(e.kind()).isEqualTo(FailureKind.DATA_LOSS_RISK));
      assertThat(sink.tables().durable()).isCompletedExceptionally();
    }
  }

  @Test
  void aDirectoryThatIsNotThereEndsAStartWithARemedy() {
    Path missing = directory.resolve("missing");
    try (FileSink sink = sink(new LocalStorage(missing), Duration.ofHours(1), 1)) {
      WalbeamException failure = catchThrowableOfType(WalbeamException.class, sink::verify);
      assertThat(failure.kind()).isEqualTo(FailureKind.OPERATOR);
      assertThat(failure.describe()).contains(missing.toString()).contains("Create it");
    }
  }

  @Test
  void aStartLeavesNothingBehindInADirectoryThatCanBeUsed() throws Exception {
    try (FileSink sink = sink(Duration.ofHours(1), 1)) {
      sink.verify();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void deadLettersAreDurableOnReturnAndCounted() throws Exception {
    try (FileSink sink = sink(Duration.ofHours(1), 1)) {
      assertThat(sink.deadLetterCounts()).isEmpty();
      sink.deadLetters().write(List.of(letter("a"), letter("b")));
      sink.deadLetters().write(List.of(letter("a")));
      assertThat(sink.deadLetterCounts())
          .containsExactly(
              new DeadLetterCount(new TableId("public", "a"), "row_too_large", 2, 5_000_001),
              new DeadLetterCount(new TableId("public", "b"), "row_too_large", 1, 5_000_001));
    }
    assertThat(lines("_walbeam_dead_letters"))
        .first()
        .asString()
        .isEqualTo(
            "{\"failed_at\":\"1970-01-01T00:00:05.000001Z\",\"stage\":\"decode\","
                + "\"error_class\":\"row_too_large\",\"error_message\":\"Too large.\","
                + "\"remedy\":\"Shorten it.\",\"schema_name\":\"public\",\"table_name\":\"a\","
                + "\"operation\":\"UPDATE\",\"position\":\"0000000000000001/0000000000000002/"
                + "0000000000000003/0000000000000004\",\"transaction_id\":5,"
                + "\"commit_time\":\"1970-01-01T00:00:06Z\",\"key\":{\"id\":\"1\"},"
                + "\"row\":{\"v\":null},\"raw\":\"AQI=\"}");
  }

  private static DeadLetter letter(String table) {
    return new DeadLetter(
        5_000_001,
        new Refusal(Stage.DECODE, ErrorClass.ROW_TOO_LARGE, "Too large.", "Shorten it."),
        new DeadLetter.Change(
            new TableId("public", table),
            Operation.UPDATE,
            new ChangePosition(1, 2, 3, 4),
            5,
            6_000_000),
        "{\"id\":\"1\"}",
        "{\"v\":null}",
        new byte[] {1, 2});
  }

  private static void awaitStall(FileSink sink) throws InterruptedException {
    Stalls stalls = sink.stalls();
    while (stalls.current().isEmpty()) {
      Thread.sleep(1);
    }
  }
}
