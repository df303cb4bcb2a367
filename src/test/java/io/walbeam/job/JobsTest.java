package io.walbeam.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.OptionsReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobsTest {
  /** A runner's threads may outlive the job that the launcher closed. */
  @Test
  void nothingOfAClosedRunIsOpenedAgain() throws Exception {
    JobSettings settings =
        OptionsReader.read(
                List.of(
                    "--postgresUrl=postgresql://u@localhost:1/none",
                    "--postgresPassword=plain",
                    "--dataset=p1.d"))
            .settings();

    Jobs.close(settings);

    assertThatThrownBy(() -> Jobs.of(settings))
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.TRANSIENT));
    assertThatThrownBy(() -> Jobs.hold(settings)).isInstanceOf(WalbeamException.class);
    assertThat(Jobs.find(settings)).isEmpty();
  }
}
