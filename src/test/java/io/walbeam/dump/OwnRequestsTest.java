package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Course;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OwnRequestsTest {
  private static final TableId TABLE = new TableId("public", "t");
  private static final long REASON = 7;
  private static final long ASKED = 1_000;
  private static final long ENDED = 2_000;
  private static final long TEN_MINUTES = Duration.ofMinutes(10).toNanos() / 1_000;

  private final OwnRequests<String> requests = new OwnRequests<>();

  @Test
  void eachReasonIsAskedForOnce() {
    assertThat(isDue(List.of(), ASKED)).isTrue();
    ask();
    assertThat(isDue(List.of(), ASKED)).isFalse();
    assertThat(requests.isDue("t", REASON + 1, TABLE, List.of(), ASKED)).isTrue();
    assertThat(requests.isDue("u", REASON, TABLE, List.of(), ASKED)).isTrue();
  }

  @Test
  void whatDidNotGetIntoTheWalIsAskedForAgain() {
    requests.ask("t", REASON);
    requests.begin();
    requests.emitted(ASKED);
    assertThat(isDue(List.of(), ASKED)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILED", "REFUSED"})
  void whatFailedIsAskedForAgainAfterAWhile(Status failed) {
    ask();
    List<DumpEntry> known = List.of(entry(failed));
    assertThat(isDue(known, ENDED + TEN_MINUTES - 1)).isFalse();
    assertThat(isDue(known, ENDED + TEN_MINUTES)).isTrue();
    requests.ask("t", REASON);
    requests.emitted(ENDED + TEN_MINUTES);
    assertThat(isDue(known, ENDED + 3 * TEN_MINUTES)).as("the next one is waited for").isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      names = {"FAILED", "REFUSED"},
      mode = EnumSource.Mode.EXCLUDE)
  void whatHasNotFailedIsNotAskedForAgain(Status status) {
    ask();
    assertThat(isDue(List.of(entry(status)), ENDED + TEN_MINUTES)).isFalse();
  }

  @Test
  void theFailureOfAnotherTableIsNoReason() {
    ask();
    assertThat(
            requests.isDue(
                "t",
                REASON,
                new TableId("public", "other"),
                List.of(entry(Status.FAILED)),
                ENDED + TEN_MINUTES))
        .isFalse();
  }

  private boolean isDue(List<DumpEntry> known, long now) {
    return requests.isDue("t", REASON, TABLE, known, now);
  }

  private void ask() {
    requests.begin();
    requests.ask("t", REASON);
    requests.emitted(ASKED);
  }

  private static DumpEntry entry(Status status) {
    return new DumpEntry(
        new DumpEntry.Order("s", new DumpEntry.Point(0, 1, 1, 0), TABLE, Kind.REQUEST, "{}"),
        status,
        new Course(ASKED, ENDED, 1, new DumpEntry.Sums(0, 0, 0), ""),
        "");
  }
}
