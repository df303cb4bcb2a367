package io.walbeam.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.doctor.SourceFacts.Access;
import io.walbeam.doctor.SourceFacts.Publication;
import io.walbeam.doctor.SourceFacts.Role;
import io.walbeam.doctor.SourceFacts.Table;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.row.WriteMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableRulesTest {
  private static final List<String> CHANGES = List.of("walbeam");

  private final Facts facts = new Facts();

  private List<Finding> findings() {
    return TableRules.findings(
        facts.facts(), facts.plan(), TableNameTemplate.DEFAULT, WriteMode.UPSERT);
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

  private static Table table(
      String name, char kind, char identity, boolean usable, List<String> published) {
    return new Table(
        new TableId("public", name),
        kind,
        'p',
        new SourceFacts.Key(identity, usable, false, List.of("id")),
        Facts.columns(List.of("id"), 0, 0),
        new Access(true, true, true, false, List.of()),
        published,
        false);
  }

  @Test
  void tablesWithWhichAllIsFineHaveNoFinding() {
    assertThat(findings()).isEmpty();
    facts.publications.add(new Publication("walbeam", true, true, false));
    facts.tables.set(0, table("orders", 'r', 'd', true, CHANGES));
    assertThat(findings()).isEmpty();
  }

  @Test
  void patternsThatMatchNothingAreAnsweredWithTheNearestNames() {
    facts.patterns = TablePatterns.parse("public.oders", "");
    expect(Severity.ACT, "no_tables", "public.orders");
    facts.publications.add(new Publication("walbeam", true, true, false));
    facts.tables.set(0, table("orders", 'r', 'd', true, CHANGES));
    expect(Severity.ACT, "no_tables", "The publication walbeam holds no table", "public.orders");
  }

  @Test
  void aDatabaseWithoutATableIsNoObstacleWhereTablesJoin() {
    facts.tables.clear();
    expect(Severity.WARNING, "no_tables", "No table is there yet", "role walbeam owns join");
    facts.joining = false;
    expect(Severity.ACT, "no_tables", "No table is there that would be replicated");
    facts.joining = true;
    facts.patterns = TablePatterns.parse("public.*", "");
    expect(Severity.ACT, "no_tables", "No table is there that would be replicated");
  }

  @Test
  void anEmptyPublicationIsAnObstacleUnlessItIsWalbeamsOwnAndItsTablesJoin() {
    facts.publications.add(new Publication("walbeam", true, true, true));
    expect(Severity.WARNING, "no_tables", "The publication walbeam holds no table yet");
    facts.tables.clear();
    expect(Severity.WARNING, "no_tables", "The publication walbeam holds no table yet");
    facts.tables.add(owned(false));
    expect(Severity.ACT, "no_tables", "holds no table that --tables names");
    facts.tables.clear();
    facts.publications.set(0, new Publication("walbeam", true, true, false));
    expect(Severity.ACT, "no_tables", "holds no table that --tables names");
  }

  @Test
  void aPublicationThatHarmsTheApplicationNeedsAPerson() {
    facts.publications.add(new Publication("walbeam", true, true, false));
    facts.tables.set(0, table("log", 'r', 'd', false, CHANGES));
    expect(
        Severity.ACT,
        "identity",
        "UPDATE",
        "ALTER TABLE \"public\".\"log\" REPLICA IDENTITY FULL;");
  }

  @Test
  void aTableThatWouldHaveInsertionsOnlyIsAWarning() {
    facts.tables.set(0, table("log", 'r', 'n', false, List.of()));
    expect(Severity.WARNING, "inserts_only", "public.log", "REPLICA IDENTITY FULL");
    facts.publications.add(new Publication("walbeam", true, true, false));
    facts.publications.add(new Publication("walbeam_inserts", false, true, false));
    facts.tables.set(0, table("log", 'r', 'n', false, List.of("walbeam_inserts")));
    expect(Severity.WARNING, "inserts_only", "public.log");
  }

  @Test
  void missingPrivilegesAreOneFindingWithOneGrantForAllTables() {
    facts.tables.clear();
    for (int i = 10; i < 30; i++) {
      facts.tables.add(unreadable("t" + i));
    }
    expect(
        Severity.ACT,
        "select",
        "public.t10, public.t11",
        "and 10 more",
        "GRANT USAGE ON SCHEMA \"public\" TO \"walbeam\"; GRANT SELECT ON TABLE"
            + " \"public\".\"t10\",",
        "\"public\".\"t29\" TO \"walbeam\";");
    for (int i = 100; i < 1_000; i++) {
      facts.tables.add(unreadable("t" + i));
    }
    expect(Severity.ACT, "select", "GRANT SELECT ON ALL TABLES IN SCHEMA \"public\" TO");
  }

  @Test
  void whoDoesNotOwnTheTablesIsGivenTheOwnersStatement() {
    facts.patterns = TablePatterns.parse("public.*", "");
    facts.tables.set(0, owned(false));
    expect(
        Severity.ACT,
        "publish",
        "CREATE PUBLICATION \"walbeam\" FOR TABLE ONLY \"public\".\"orders\" WITH"
            + " (publish_via_partition_root = true);");
    facts.role = new Role("walbeam", false, true, false, List.of(), false);
    facts.tables.set(0, owned(true));
    expect(Severity.ACT, "create_publication", "GRANT CREATE ON DATABASE \"shop\" TO \"walbeam\";");
  }

  @Test
  void tablesWithoutALogAreNeverReplicated() {
    facts.patterns = TablePatterns.parse("public.*", "");
    facts.tables.add(
        new Table(
            new TableId("public", "cache"),
            'r',
            'u',
            new SourceFacts.Key('d', true, false, List.of("id")),
            Facts.columns(List.of("id"), 0, 0),
            new Access(true, true, true, false, List.of()),
            List.of(),
            false));
    expect(Severity.WARNING, "unlogged", "ALTER TABLE \"public\".\"cache\" SET LOGGED;");
    facts.tables.set(1, table("remote", 'f', 'd', false, List.of()));
    expect(Severity.WARNING, "foreign", "--excludeTables=\"public\".\"remote\"");
  }

  @Test
  void twoTablesOfOneNameCollide() {
    facts.tables.add(Facts.table("public", "Orders"));
    expect(Severity.ACT, "collision", "public_orders", "--excludeTables=\"public\".\"Orders\"");
  }

  @Test
  void tablesThatAreWrittenToDifferentOnesDoNotCollide() {
    facts.tables.add(table("Orders", 'r', 'n', false, List.of()));
    assertThat(findings())
        .as("one has a changelog only")
        .extracting(Finding::check)
        .doesNotContain("collision");
    facts.tables.add(Facts.table("public", "Orders_changelog"));
    assertThat(findings()).extracting(Finding::check).contains("collision");
  }

  @Test
  void aPartitionThatTheRoleMayNotReadIsNamedWithItsGrant() {
    Table orders = Facts.table("public", "orders");
    facts.tables.set(
        0,
        new Table(
            orders.id(),
            'p',
            'p',
            new SourceFacts.Key('d', true, false, List.of("id")),
            Facts.columns(List.of("id"), 0, 0),
            new Access(true, true, true, false, List.of("public.orders_2024")),
            List.of(),
            false));
    expect(
        Severity.ACT,
        "select",
        "public.orders partition by partition",
        "GRANT SELECT ON TABLE public.orders_2024 TO \"walbeam\";");
  }

  @Test
  void whatIsGoodToKnowIsANoteAndChangesNoExitCode() {
    facts.publications.add(new Publication("walbeam", true, true, false));
    facts.tables.set(
        0,
        new Table(
            new TableId("public", "orders"),
            'r',
            'p',
            new SourceFacts.Key('d', true, false, List.of("id")),
            Facts.columns(List.of("id"), 3, 1),
            new Access(true, true, true, false, List.of()),
            CHANGES,
            true));
    assertThat(findings())
        .extracting(Finding::check)
        .containsExactly("large_values", "generated", "filtered");
    assertThat(new CheckReport(List.of(), findings(), List.of()).exitCode()).isZero();
  }

  @Test
  void rowsThatPoliciesHideCannotBeDumped() {
    facts.tables.set(
        0,
        new Table(
            new TableId("public", "orders"),
            'r',
            'p',
            new SourceFacts.Key('d', true, false, List.of("id")),
            Facts.columns(List.of("id"), 0, 0),
            new Access(true, true, true, true, List.of()),
            List.of(),
            false));
    expect(Severity.ACT, "row_security", "ALTER ROLE \"walbeam\" BYPASSRLS;");
    facts.role = new Role("walbeam", false, true, true, List.of(), true);
    assertThat(findings()).isEmpty();
  }

  @Test
  void partitionsThatArePublishedUnderTheirOwnNamesAreAWarning() {
    facts.publications.add(new Publication("walbeam", true, false, false));
    facts.tables.set(0, table("measured", 'p', 'd', true, CHANGES));
    expect(Severity.WARNING, "partitions", "SET (publish_via_partition_root = true);");
  }

  private static Table unreadable(String name) {
    return new Table(
        new TableId("public", name),
        'r',
        'p',
        new SourceFacts.Key('d', true, false, List.of("id")),
        Facts.columns(List.of("id"), 0, 0),
        new Access(true, false, false, false, List.of()),
        List.of(),
        false);
  }

  private static Table owned(boolean owned) {
    return new Table(
        new TableId("public", "orders"),
        'r',
        'p',
        new SourceFacts.Key('d', true, false, List.of("id")),
        Facts.columns(List.of("id"), 0, 0),
        new Access(owned, true, true, false, List.of()),
        List.of(),
        false);
  }
}
