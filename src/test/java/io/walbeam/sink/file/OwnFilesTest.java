package io.walbeam.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.SchemaChange;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.Waits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What walbeam keeps beside the data: its layout stays, and a lower version never wins. */
class OwnFilesTest {
  @TempDir private Path directory;
  private FileCalls calls;

  @BeforeEach
  void open() {
    calls = calls();
  }

  private FileCalls calls() {
    return new FileCalls(new LocalStorage(directory), new Waits(), new Stalls());
  }

  private static SlotState state(long epoch, long lsn) {
    return new SlotState("s", epoch, "7", 3, lsn, 1_000_000, "j-1", 2_000_000);
  }

  @Test
  void theStateReadsBackAndOnlyAHigherOneReplacesIt() throws Exception {
    FileStateStore store = new FileStateStore(calls);
    assertThat(store.read("s")).isEmpty();
    store.write(state(1, 0x9000_0000_0000_0010L));
    assertThat(Files.readString(directory.resolve("_walbeam_state/s.json")))
        .isEqualTo(
            "{\"format\":1,\"version\":\"0000000000000001/9000000000000010/0000000000000000/"
                + "0000000000000000\",\"slot\":\"s\",\"epoch\":1,\"system_id\":\"7\","
                + "\"timeline\":3,\"confirmed_lsn\":\"90000000/10\","
                + "\"complete_until\":\"1970-01-01T00:00:01Z\",\"incarnation\":\"j-1\","
                + "\"written_at\":\"1970-01-01T00:00:02Z\"}\n");
    store.write(state(1, 0x10));
    FileStateStore other = new FileStateStore(calls());
    assertThat(other.read("s")).contains(state(1, 0x9000_0000_0000_0010L));
    other.write(state(0, 0x9000_0000_0000_0020L));
    assertThat(other.read("s")).contains(state(1, 0x9000_0000_0000_0010L));
    other.write(state(2, 1));
    assertThat(other.read("s")).contains(state(2, 1));
  }

  @Test
  void theLedgerReadsBackAndARequestThatIsReadAgainChangesNothing() throws Exception {
    FileDumpLedger ledger = new FileDumpLedger(calls);
    assertThat(ledger.read("s")).isEmpty();
    DumpEntry first = requested(16, "Weird \"Name");
    DumpEntry second = requested(32, "b");
    ledger.write(List.of(second, first), 0);
    DumpEntry further =
        first.started(5_000_000, "process 7").progressed(4, new DumpEntry.Sums(1, 2, 3), "[\"k\"]");
    ledger.write(List.of(further), 7);
    ledger.write(List.of(first), 0);
    assertThat(new FileDumpLedger(calls()).read("s")).containsExactly(further, second);
    assertThat(new FileDumpLedger(calls()).read("other")).isEmpty();
    assertThat(Files.readString(file("_walbeam_backfills/s", 0)))
        .isEqualTo(
            "{\"format\":1,\"version\":\"0000000000000001/0000000000000007/0000000000000000/"
                + "0000000000000000\",\"slot\":\"s\",\"epoch\":1,\"request\":\"0/10\","
                + "\"request_change\":\"0/0\",\"requested_at\":\"1970-01-01T00:00:03Z\","
                + "\"schema_name\":\"public\",\"table_name\":\"Weird \\\"Name\","
                + "\"kind\":\"REQUEST\",\"scope\":\"{}\",\"status\":\"RUNNING\","
                + "\"started_at\":\"1970-01-01T00:00:05Z\",\"finished_at\":null,"
                + "\"chunks_done\":1,\"chunks_total\":4,\"row_count\":2,\"byte_count\":3,"
                + "\"resume\":\"[\\\"k\\\"]\",\"error\":\"\",\"owner\":\"process 7\"}\n");
    assertThat(FileDumpLedger.json(first).has("owner")).as("as older versions wrote it").isFalse();
  }

  @Test
  void whatSomebodyAskedForIsFoundByItsSlot() throws Exception {
    AskedDump asked = new AskedDump("id-1", "s", "{\"tables\":[]}");
    new FileDumpLedger(calls).ask(asked);
    assertThat(new FileDumpLedger(calls()).asked("s")).containsExactly(asked);
    assertThat(new FileDumpLedger(calls()).asked("t")).isEmpty();
  }

  @Test
  void schemaChangesReadBack() throws Exception {
    SchemaChange change =
        new SchemaChange(
            "s",
            1,
            0x20,
            9_000_000,
            new TableId("a", "b"),
            "",
            "{}",
            "new",
            "CREATE TABLE b ()",
            SchemaChange.Done.SEEN);
    new FileSchemaChanges(calls).write(List.of(change), 3);
    assertThat(new FileSchemaChanges(calls()).read("s")).containsExactly(change);
    assertThat(Files.readString(file("_walbeam_schema_changes/s", 0)))
        .isEqualTo(
            "{\"format\":1,\"version\":\"0000000000000001/0000000000000003/0000000000000000/"
                + "0000000000000000\",\"slot\":\"s\",\"epoch\":1,\"position\":\"0/20\","
                + "\"noticed_at\":\"1970-01-01T00:00:09Z\",\"schema_name\":\"a\","
                + "\"table_name\":\"b\",\"change\":\"new\","
                + "\"statement\":\"CREATE TABLE b ()\",\"done\":\"SEEN\",\"before\":\"\","
                + "\"after\":\"{}\"}\n");
  }

  @Test
  void anEditedFileIsNamedWithARemedy() throws Exception {
    Files.createDirectory(directory.resolve("_walbeam_state"));
    Files.writeString(directory.resolve("_walbeam_state/s.json"), "{\"format\":1,");
    assertThatThrownBy(() -> new FileStateStore(calls).read("s"))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("_walbeam_state/s.json");
  }

  private static DumpEntry requested(long lsn, String table) {
    return DumpEntry.requested(
        new DumpEntry.Order(
            "s",
            new DumpEntry.Point(1, lsn, 0, 3_000_000),
            new TableId("public", table),
            DumpEntry.Kind.REQUEST,
            "{}"));
  }

  private Path file(String folder, int index) throws Exception {
    String name = new LocalStorage(directory).list(folder).get(index);
    return directory.resolve(folder).resolve(name);
  }
}
