package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.doctor.SourceFacts.Blocker;
import io.walbeam.doctor.SourceFacts.Publication;
import io.walbeam.doctor.SourceFacts.Role;
import io.walbeam.doctor.SourceFacts.Server;
import io.walbeam.doctor.SourceFacts.Setting;
import io.walbeam.doctor.SourceFacts.Slot;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ServerRulesTest {
  private final Facts facts = new Facts();

  private List<Finding> findings() {
    return ServerRules.findings(facts.facts(), facts.plan());
  }

  private void expect(Severity severity, String check, String... words) {
    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(severity);
              assertThat(finding.check()).isEqualTo(check);
              assertThat(finding.meaning() + " " + finding.remedy()).contains(words);
            });
  }

  @Test
  void aServerWithWhichAllIsFineHasNoFinding() {
    facts.slots.add(Facts.slot(true, 1 << 20, Optional.of(50L << 30)));
    facts.publications.add(new Publication("walbeam", true, true, false));
    assertThat(findings()).isEmpty();
  }

  @Test
  void aWalLevelThatIsTooLowIsMendedAsTheProviderWantsIt() {
    facts.settings.put("wal_level", new Setting("replica", false));
    expect(Severity.ACT, "wal_level", "ALTER SYSTEM SET wal_level = 'logical';", "restart");
    facts.server = of(Provider.RDS);
    expect(Severity.ACT, "wal_level", "rds.logical_replication", "aws rds");
    facts.server = of(Provider.CLOUD_SQL);
    expect(Severity.ACT, "wal_level", "cloudsql.logical_decoding=on");
  }

  @Test
  void aWalLevelThatIsSetButNotInForceNeedsARestartOnly() {
    facts.settings.put("wal_level", new Setting("replica", true));
    expect(Severity.ACT, "wal_level", "Restart the server.");
  }

  @Test
  void theRightToReplicateDoesNotComeThroughMembership() {
    facts.role = new Role("walbeam", false, false, false, List.of("replicators"), true);
    expect(
        Severity.ACT,
        "replication",
        "member of replicators",
        "ALTER ROLE \"walbeam\" REPLICATION;");
    facts.server = of(Provider.AURORA);
    expect(Severity.ACT, "replication", "GRANT rds_replication TO \"walbeam\";");
  }

  @ParameterizedTest
  @EnumSource(
      value = Provider.class,
      names = {"HEROKU", "RENDER"})
  void aProviderThatCannotIsSaidOnce(Provider provider) {
    facts.server = of(provider);
    facts.role = new Role("walbeam", false, false, false, List.of(), true);
    expect(Severity.ACT, "provider", "right to replicate");
  }

  @Test
  void limitsCountOnlyWhileSomethingIsNeeded() {
    facts.settings.put("max_replication_slots", new Setting("1", false));
    facts.settings.put("max_wal_senders", new Setting("1", false));
    facts.slots.add(
        new Slot("other", "pgoutput", "shop", true, "reserved", "", 0, Optional.empty()));
    assertThat(findings()).extracting(Finding::check).containsExactly("slots", "senders");
    facts.slots.set(0, Facts.slot(true, 0, Optional.empty()));
    facts.publications.add(new Publication("walbeam", true, true, false));
    assertThat(findings()).isEmpty();
  }

  @Test
  void aSlotWithoutALimitCanFillTheDisk() {
    facts.settings.put("max_slot_wal_keep_size", new Setting("-1", false));
    expect(Severity.WARNING, "wal_limit", "ALTER SYSTEM SET max_slot_wal_keep_size");
  }

  @Test
  void headroomIsSaidInBytesAndHoursAtTheMeasuredRate() {
    facts.publications.add(new Publication("walbeam", true, true, false));
    facts.slots.add(Facts.slot(true, 40L << 30, Optional.of(10L << 30)));
    facts.rate = (10L << 30) / 3_600.0 / 5;
    expect(Severity.WARNING, "headroom", "40 GB", "10 GB", "5 h");
    facts.rate = 1000;
    assertThat(findings()).as("years of headroom").isEmpty();
    facts.slots.set(0, Facts.slot(false, 40L << 30, Optional.of(0L)));
    facts.rate = 0;
    expect(
        Severity.WARNING, "headroom", "another 0 B", "SELECT pg_drop_replication_slot('walbeam')");
  }

  @Test
  void aSlotThatCannotBeUsedIsNamedWithWhy() {
    facts.slots.add(
        new Slot("walbeam", "wal2json", "shop", false, "reserved", "", 0, Optional.empty()));
    expect(Severity.ACT, "slot", "plugin wal2json", "--slot");
    facts.slots.set(
        0,
        new Slot("walbeam", "pgoutput", "shop", false, "lost", "wal_removed", 0, Optional.empty()));
    expect(Severity.ACT, "slot_lost", "wal_removed", "--epoch");
    facts.slots.set(0, Facts.slot(false, 0, Optional.empty()));
    expect(Severity.ACT, "publication_order", "without the publication walbeam");
  }

  @Test
  void transactionsThatHoldTheSlotBackAreNamedWithTheStatementThatEndsThem() {
    facts.blockers.add(new Blocker(0, "it's", 90_000));
    facts.blockers.add(new Blocker(4711, "", 7_200));
    facts.blockers.add(new Blocker(4712, "", 60));
    assertThat(findings())
        .extracting(Finding::remedy)
        .satisfiesExactly(
            remedy -> assertThat(remedy).startsWith("ROLLBACK PREPARED 'it''s';"),
            remedy -> assertThat(remedy).isEqualTo("SELECT pg_terminate_backend(4711);"));
  }

  @ParameterizedTest
  @CsvSource({
    "130005, false, true, false, version",
    "180001, true, true, false, standby",
    "180001, false, true, true, pooler",
    "180001, false, false, false, tls",
  })
  void theWayToTheServerIsLookedAt(
      int version, boolean standby, boolean encrypted, boolean pooled, String check) {
    facts.server =
        new Server(
            version,
            "x",
            "shop",
            standby,
            encrypted,
            false,
            pooled,
            Optional.empty(),
            Provider.SELF_MANAGED);
    assertThat(findings()).extracting(Finding::check).containsExactly(check);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "db.example | postgres | SELF_MANAGED",
        "x.abc.eu-west-1.rds.amazonaws.com | rds_superuser | RDS",
        "10.0.0.3 | cloudsqlsuperuser | CLOUD_SQL",
        "10.0.0.3 | alloydbsuperuser | ALLOYDB",
        "s.postgres.database.azure.com | postgres | AZURE",
        "db.abc.supabase.co | postgres | SUPABASE",
        "ep-x.eu-central-1.aws.neon.tech | postgres | NEON",
        "p.abc.db.postgresbridge.com | postgres | CRUNCHY",
      })
  void providersAreRecognised(String host, String role, Provider expected) {
    assertThat(Provider.recognise(host, List.of(role), false)).isEqualTo(expected);
    assertThat(Provider.recognise(host, List.of(role), true)).isEqualTo(Provider.AURORA);
  }

  @Test
  void aCertificateIsRenewedInTime() {
    facts.server =
        new Server(
            180_001, "x", "shop", false, true, false, false, Optional.of(12L), Provider.CLOUD_SQL);
    expect(Severity.WARNING, "certificate", "in 12 days", "server-ca-certs rotate");
    facts.server =
        new Server(
            180_001,
            "x",
            "shop",
            false,
            true,
            false,
            false,
            Optional.of(-1L),
            Provider.SELF_MANAGED);
    expect(Severity.WARNING, "certificate", "has expired", "ssl_cert_file");
  }

  private static Server of(Provider provider) {
    return new Server(
        180_001, "18.1", "shop", false, true, false, false, Optional.empty(), provider);
  }
}
