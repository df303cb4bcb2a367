package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandbyTest {
  private static final String SYSTEM = "7301";
  private static final long READY = 0x8000_0000_0000_0010L;

  private final Standby replica = new Standby(new TableId("public", "t"), SYSTEM, READY);

  @Test
  void aStandbyThatHasReplayedTheRequestIsReadFrom() {
    assertThatCode(() -> replica.check(new Role(true, SYSTEM, READY))).doesNotThrowAnyException();
    assertThatCode(() -> replica.check(new Role(true, SYSTEM, READY + 1)))
        .doesNotThrowAnyException();
  }

  @Test
  void aSessionThatIsBehindTheRequestIsTriedAgain() {
    for (long replayed : new long[] {0, 1, READY - 1}) {
      Role behind = new Role(true, SYSTEM, replayed);
      assertThat(replica.isReady(behind)).isFalse();
      assertThatThrownBy(() -> replica.check(behind))
          .isInstanceOfSatisfying(
              WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.TRANSIENT));
    }
  }

  @Test
  void aServerThatIsNoStandbyOfThePrimaryIsNeverReadFrom() {
    for (Role role : List.of(new Role(false, SYSTEM, READY), new Role(true, "7302", READY))) {
      assertThatThrownBy(() -> replica.isReady(role))
          .isInstanceOfSatisfying(
              WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.OPERATOR));
    }
  }
}
