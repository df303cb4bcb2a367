package io.walbeam.sink.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Linux itself says of a full disk, where the machine lets a test have one. */
class FullDiskTest {
  private static final long PATIENCE_SECONDS = 60;
  private static final Path FULL = Path.of("/dev/full");
  private static final DestinationTable TABLE =
      new DestinationTable("t", List.of(), List.of(), List.of(), "", "");

  @TempDir private Path mountPoint;

  @Test
  void whatTheKernelSaysOfAFullDiskIsUnderstood() throws Exception {
    Assumptions.assumeTrue(Files.isWritable(FULL), "there is no /dev/full");
    IOException failure = null;
    try (OutputStream out = Files.newOutputStream(FULL)) {
      out.write(1);
    } catch (IOException e) {
      failure = e;
    }
    WalbeamException said = FileFailures.of(Objects.requireNonNull(failure), "/d");
    assertThat(said.kind()).isEqualTo(FailureKind.OPERATOR);
    assertThat(said.describe()).contains("is full").contains("Make room");
  }

  @Test
  void aDiskThatFillsUpIsAStallUntilThereIsRoomAndNothingIsLost() throws Exception {
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mountPoint.toString()),
        "this account may not mount");
    try {
      fillAndMakeRoom();
    } finally {
      assertThat(run("umount", mountPoint.toString())).isTrue();
    }
  }

  private void fillAndMakeRoom() throws Exception {
    Path other = mountPoint.resolve("other");
    Files.write(other, new byte[700_000]);
    FileSettings settings =
        new FileSettings(
            "file://" + mountPoint,
            Duration.ofHours(1),
            1_000_000,
            "dead",
            FileSettings.Format.JSON);
    List<String> expected = new ArrayList<>();
    List<EncodedRow> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String row = i + "x".repeat(1_000);
      expected.add(row);
      byte[] bytes = row.getBytes(StandardCharsets.UTF_8);
      rows.add(new EncodedRow(bytes, 0, bytes.length));
    }
    try (FileSink sink = new FileSink(settings, new LocalStorage(mountPoint))) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try {
                  sink.tables().write(TABLE, rows);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      while (sink.stalls().current().isEmpty()) {
        assertThat(writing).as("600 KB in 300 KB").isNotDone();
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(sink.stalls().current())
          .singleElement()
          .satisfies(stall -> assertThat(stall.reason()).contains("is full").contains("Make room"));
      Files.delete(other);
      writing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      sink.tables().flush().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(sink.stalls().current()).isEmpty();
    }
    List<String> lines = new ArrayList<>();
    for (String file : new LocalStorage(mountPoint).list("t")) {
      lines.addAll(Files.readAllLines(mountPoint.resolve("t").resolve(file)));
    }
    assertThat(lines).isEqualTo(expected);
  }

  /** Whether the program ends well. */
  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
