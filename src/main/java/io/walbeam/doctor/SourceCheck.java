package io.walbeam.doctor;

import io.walbeam.change.TablePatterns;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.PostgresErrors;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.Publications;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.row.ColumnNames;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.TableNameTemplate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The source's half of a check: reads the facts once and says what follows from them. */
public final class SourceCheck {
  private static final String APPLICATION = "walbeam-check";

  private SourceCheck() {}

  /**
   * What the source's half gives.
   *
   * @param keyedDestinations lower-case names of the destination tables that are written by key,
   *     and the columns of the key there
   * @param columns all columns of these tables, by the same names
   */
  public record Outcome(
      CheckReport report,
      Map<String, List<String>> keyedDestinations,
      Map<String, List<WantedColumn>> columns) {
    public Outcome {
      columns = Map.copyOf(columns);
      keyedDestinations = Map.copyOf(keyedDestinations);
    }
  }

  /**
   * Never throws for what is wrong with the source: that is a finding.
   *
   * @param provider who runs the server, if it was said
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public static Outcome run(
      ReplicationSettings replication,
      TablePatterns tables,
      MappingSettings mapping,
      Optional<Provider> provider)
      throws InterruptedException {
    PostgresSettings settings = replication.postgres();
    TableNameTemplate names = mapping.tableName();
    Plan plan = Plan.of(replication, tables);
    try (Connection connection = new PostgresConnections(settings).open(APPLICATION)) {
      List<String> publications = Publications.inUse(connection, plan.publication());
      SourceFacts facts = SourceFactsReader.read(connection, settings, publications, provider);
      List<Finding> findings = new ArrayList<>(ServerRules.findings(facts, plan));
      findings.addAll(TableRules.findings(facts, plan, names, mapping.mode()));
      return new Outcome(
          new CheckReport(List.of(summary(settings, facts, plan)), findings, notChecked(facts)),
          keyed(facts, plan, names),
          columns(facts, plan, names));
    } catch (WalbeamException e) {
      return unreachable(e);
    } catch (SQLException e) {
      return unreachable(PostgresErrors.using("read the catalogue", settings, e));
    }
  }

  private static Map<String, List<String>> keyed(
      SourceFacts facts, Plan plan, TableNameTemplate names) {
    Map<String, List<String>> keys = new TreeMap<>();
    for (SourceFacts.Table table : TableRules.meant(facts, plan)) {
      if (table.isKeyed()) {
        List<String> columns = ColumnNames.of(table.columns().names());
        keys.put(
            names.nameOf(table.id()).toLowerCase(Locale.ROOT),
            table.key().names().stream()
                .map(name -> columns.get(table.columns().names().indexOf(name)))
                .toList());
      }
    }
    return keys;
  }

  private static Map<String, List<WantedColumn>> columns(
      SourceFacts facts, Plan plan, TableNameTemplate names) {
    Map<String, List<WantedColumn>> all = new TreeMap<>();
    for (SourceFacts.Table table : TableRules.meant(facts, plan)) {
      if (table.isKeyed()) {
        List<String> columns = ColumnNames.of(table.columns().names());
        List<WantedColumn> wanted = new ArrayList<>();
        for (int i = 0; i < table.columns().typed().size(); i++) {
          wanted.add(
              new WantedColumn(
                  columns.get(i),
                  table.columns().typed().get(i),
                  table.key().names().contains(table.columns().typed().get(i).name())));
        }
        all.put(names.nameOf(table.id()).toLowerCase(Locale.ROOT), wanted);
      }
    }
    return all;
  }

  private static String summary(PostgresSettings settings, SourceFacts facts, Plan plan) {
    return String.format(
        Locale.ROOT,
        "PostgreSQL %s at %s (%s), role %s: %,d of %,d tables would be replicated, %s of log a"
            + " second.",
        facts.server().versionText(),
        settings.describe(),
        facts.server().provider().word(),
        facts.role().name(),
        TableRules.meant(facts, plan).size(),
        facts.tables().size(),
        Amounts.bytes(Math.round(facts.walRate())));
  }

  private static List<NotChecked> notChecked(SourceFacts facts) {
    List<NotChecked> unknown = new ArrayList<>();
    if (facts.slots().stream().anyMatch(slot -> slot.safeBytes().isPresent())
        && facts.walRate() < 1) {
      unknown.add(
          new NotChecked(
              "hours of headroom of the slot", "nothing was written while the check ran"));
    }
    if (facts.server().encrypted() && facts.server().certificateDays().isEmpty()) {
      unknown.add(
          new NotChecked(
              "when the server's certificate expires", "the server did not show one when asked"));
    }
    return unknown;
  }

  private static Outcome unreachable(WalbeamException e) {
    CheckReport report =
        new CheckReport(
            List.of(),
            List.of(
                new Finding(
                    Severity.ACT,
                    "source",
                    e.getMessage(),
                    e.remedy(),
                    "the connection to PostgreSQL")),
            List.of(
                new NotChecked(
                    "everything about the source", "PostgreSQL did not answer as needed")));
    return new Outcome(report, Map.of(), Map.of());
  }
}
