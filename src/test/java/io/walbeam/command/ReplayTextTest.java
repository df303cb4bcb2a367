package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.doctor.ReplayPlan;
import io.walbeam.sink.DeadLetterCount;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayTextTest {
  private static final TableId ORDERS = new TableId("public", "orders");
  private static final TableId GONE = new TableId("public", "gone");
  private static final ReplayPlan PLAN =
      new ReplayPlan(
          List.of(
              new DeadLetterCount(ORDERS, "let_go", 1_200, 1),
              new DeadLetterCount(GONE, "let_go", 1, 1)),
          List.of(ORDERS),
          List.of(GONE));

  @Test
  void whereToLookForTheDumpIsWhatTheLedgerIsAtTheDestination() {
    for (String ledger : List.of("table _walbeam_backfills", "folder _walbeam_backfills")) {
      assertThat(ReplayText.text(PLAN, Map.of(ORDERS, 7), true, ledger))
          .isEqualTo(
              "public.orders: 1,200 open of class let_go\n"
                  + "public.gone: 1 open of class let_go\n"
                  + "Not published, so it cannot be dumped: public.gone.\n"
                  + "Asked for a dump of public.orders (keys: 7). The run that reads the slot"
                  + " carries it out; "
                  + ledger
                  + " shows how far it is.\n");
    }
  }

  @Test
  void whatIsNotAskedForIsNowhereToBeSeen() {
    assertThat(ReplayText.text(PLAN, Map.of(), false, "table ledger"))
        .endsWith("Would ask for a dump of public.orders.\n");
    assertThat(
            ReplayText.text(
                new ReplayPlan(List.of(), List.of(), List.of()), Map.of(), true, "table ledger"))
        .isEqualTo("No open dead letter is meant.\n");
  }
}
