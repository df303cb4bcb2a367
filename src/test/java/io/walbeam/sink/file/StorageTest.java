package io.walbeam.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file is there whole or not at all, here and through Beam's file systems. */
class StorageTest {
  @TempDir private Path directory;

  private Storage storage(String kind) {
    return kind.equals("local")
        ? new LocalStorage(directory)
        : new RemoteStorage(directory.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "remote"})
  void aPartIsSeenOnceItIsPublishedAndHasWhatWasKept(String kind) throws Exception {
    Storage storage = storage(kind);
    storage.requireDirectory();
    assertThat(storage.list("t")).isEmpty();
    Storage.Part part = storage.begin("t", "one.jsonl");
    write(part, "first\n");
    long kept = part.length();
    write(part, "taken back, and longer than what comes instead\n");
    part.cutTo(kept);
    write(part, "second\n");
    assertThat(storage.list("t")).isEmpty();

    part.publish();

    assertThat(storage.list("t")).containsExactly("one.jsonl");
    assertThat(storage.get("t/one.jsonl")).contains(bytes("first\nsecond\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "remote"})
  void whatIsGivenUpIsNeverSeen(String kind) throws Exception {
    Storage storage = storage(kind);
    Storage.Part part = storage.begin("t", "one.jsonl");
    write(part, "first\n");
    part.abandon();
    assertThat(storage.list("t")).isEmpty();
    assertThat(storage.get("t/one.jsonl")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "remote"})
  void aSmallFileIsReplacedAsAWholeAndDeletedOnce(String kind) throws Exception {
    Storage storage = storage(kind);
    storage.put("own/a/x.json", bytes("long text"));
    storage.put("own/a/x.json", bytes("new"));
    assertThat(storage.get("own/a/x.json")).contains(bytes("new"));
    assertThat(storage.list("own/a")).containsExactly("x.json");
    storage.delete("own/a/x.json");
    storage.delete("own/a/x.json");
    assertThat(storage.get("own/a/x.json")).isEmpty();
  }

  @Test
  void whatADeadProcessLeftIsSweptAndWhatALivingOneWritesStays() throws Exception {
    LocalStorage storage = new LocalStorage(directory);
    Storage.Part living = storage.begin("t", "living.jsonl");
    write(living, "row\n");
    Path dead = Files.writeString(directory.resolve("t/.walbeam-dead.jsonl"), "half a ro");
    Path foreign = Files.writeString(directory.resolve("t/.hidden"), "not ours");

    storage.sweep();

    assertThat(dead).doesNotExist();
    assertThat(foreign).exists();
    living.publish();
    assertThat(storage.get("t/living.jsonl")).contains(bytes("row\n"));
  }

  @Test
  void aDirectoryThatIsNotThereIsNotMade() {
    LocalStorage storage = new LocalStorage(directory.resolve("missing"));
    assertThatThrownBy(storage::requireDirectory).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.begin("t", "x")).isInstanceOf(NoSuchFileException.class);
    assertThat(directory.resolve("missing")).doesNotExist();
  }

  @Test
  void aPartThatSomebodyDeletedIsLostAndPublishingTwiceIsNot() throws Exception {
    LocalStorage storage = new LocalStorage(directory);
    Storage.Part part = storage.begin("t", "one.jsonl");
    write(part, "row\n");
    part.publish();
    part.publish();
    Storage.Part lost = storage.begin("t", "two.jsonl");
    write(lost, "row\n");
    try (Stream<Path> files = Files.list(directory.resolve("t"))) {
      for (Path file : files.filter(each -> each.toString().contains(".walbeam-")).toList()) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(lost::publish).isInstanceOf(Storage.PartLostException.class);
    lost.abandon();
  }

  private static void write(Storage.Part part, String text) throws Exception {
    byte[] bytes = bytes(text);
    part.write(bytes, 0, bytes.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
