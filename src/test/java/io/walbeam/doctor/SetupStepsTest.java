package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TablePatterns;
import io.walbeam.doctor.SourceFacts.Role;
import io.walbeam.doctor.SourceFacts.Server;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.PublicationPlan;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.secret.SecretReference;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What depends on who runs the server and how new it is, which no server here shows. */
class SetupStepsTest {
  private final Facts facts = new Facts();

  private SetupPlan plan() {
    return SetupSteps.of(
        new SetupFacts(
            facts.facts(),
            true,
            Optional.empty(),
            List.of(),
            Set.of(),
            List.of(),
            new PublicationPlan(List.of(), List.of("CREATE PUBLICATION walbeam"), false),
            false,
            List.of()),
        new SetupRequest(
            new ReplicationSettings(
                new PostgresSettings("h", 5432, "shop", "admin", new SecretReference("")),
                "walbeam",
                "walbeam"),
            TablePatterns.ALL,
            "runner",
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty()),
        "title");
  }

  private List<String> statements() {
    return plan().steps().stream().map(SetupPlan.Step::sql).toList();
  }

  private void serverIs(int version, Provider provider) {
    facts.server =
        new Server(version, "x", "shop", false, true, false, false, Optional.empty(), provider);
  }

  @Test
  void aSlotIsKeptOverAFailoverWhereTheServerCanAndStandsOutsideTheTransaction() {
    serverIs(170_002, Provider.SELF_MANAGED);
    assertThat(plan().steps())
        .filteredOn(SetupPlan.Step::alone)
        .singleElement()
        .satisfies(step -> assertThat(step.sql()).contains("'pgoutput', failover => true)"));
    serverIs(160_006, Provider.SELF_MANAGED);
    assertThat(statements()).anyMatch(sql -> sql.endsWith("('walbeam', 'pgoutput')"));
  }

  @Test
  void aRoleMayReplicateInTheWayOfItsProvider() {
    assertThat(statements()).contains("CREATE ROLE \"runner\" LOGIN REPLICATION");
    serverIs(160_006, Provider.RDS);
    assertThat(statements())
        .contains("CREATE ROLE \"runner\" LOGIN", "GRANT rds_replication TO \"runner\"")
        .noneMatch(sql -> sql.contains("LOGIN REPLICATION"));
  }

  @Test
  void whoMayNotReplicateLeavesTheSlotToTheFirstRun() {
    facts.role = new Role("admin", false, false, false, List.of(), true);
    SetupPlan plan = plan();
    assertThat(plan.steps()).noneMatch(step -> step.sql().contains("replication_slot"));
    assertThat(plan.notes()).anyMatch(note -> note.contains("first run makes the slot walbeam"));
  }
}
