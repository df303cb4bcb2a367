package io.walbeam.doctor;

import io.walbeam.change.NearestNames;
import io.walbeam.change.TableId;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.row.WriteMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** From facts of the tables that are meant to findings: one for each kind, not for each table. */
final class TableRules {
  /** So many tables are named in a sentence; a statement names all. */
  private static final int NAMED = 10;

  /** More grants than this are given by schema. */
  private static final int GRANTED_ONE_BY_ONE = 100;

  /** What the name of a table's changelog ends with. */
  private static final String CHANGELOG = "_changelog";

  /** The first server that publishes stored generated columns, if it is told to. */
  private static final int PUBLISHES_GENERATED = 180_000;

  private final SourceFacts facts;
  private final Plan plan;
  private final TableNameTemplate names;
  private final WriteMode mode;
  private final List<Finding> findings = new ArrayList<>();

  private TableRules(SourceFacts facts, Plan plan, TableNameTemplate names, WriteMode mode) {
    this.mode = mode;
    this.facts = facts;
    this.plan = plan;
    this.names = names;
  }

  static List<Finding> findings(
      SourceFacts facts, Plan plan, TableNameTemplate names, WriteMode mode) {
    TableRules rules = new TableRules(facts, plan, names, mode);
    rules.run();
    return rules.findings;
  }

  /** The tables that a run would replicate: what is published, or would be. */
  static List<SourceFacts.Table> meant(SourceFacts facts, Plan plan) {
    boolean published = isPublished(facts, plan);
    return facts.tables().stream()
        .filter(table -> plan.tables().matches(table.id()))
        .filter(table -> table.kind() != 'f' && table.persistence() == 'p')
        .filter(
            table ->
                published
                    ? !table.published().isEmpty()
                    : table.access().owned() || !plan.tables().isAll())
        .toList();
  }

  private static boolean isPublished(SourceFacts facts, Plan plan) {
    return facts.publications().stream().anyMatch(p -> p.name().equals(plan.publication()));
  }

  private void run() {
    List<SourceFacts.Table> meant = meant(facts, plan);
    if (meant.isEmpty()) {
      nothing();
    }
    unreplicable();
    publication(meant);
    privileges(meant);
    identities(meant);
    columns(meant);
    collisions(meant);
  }

  private void nothing() {
    boolean published = isPublished(facts, plan);
    if (awaitsTables(published)) {
      add(
          Severity.WARNING,
          "no_tables",
          published
              ? "The publication " + plan.publication() + " holds no table yet."
              : "No table is there yet that could be published.",
          "Tables that role " + facts.role().name() + " owns join once a run goes on.",
          "pg_class, pg_publication_tables");
      return;
    }
    List<String> candidates =
        facts.tables().stream()
            .filter(table -> !published || !table.published().isEmpty())
            .map(table -> table.id().toString())
            .toList();
    List<String> near =
        NearestNames.of(plan.tables().inclusions().replace("*", ""), candidates, NAMED);
    add(
        Severity.ACT,
        "no_tables",
        published
            ? "The publication " + plan.publication() + " holds no table that --tables names."
            : "No table is there that would be replicated.",
        near.isEmpty()
            ? "Correct --tables or --publication, or add the tables to the publication."
            : "Correct --tables; near are " + String.join(", ", near) + ".",
        "pg_publication_tables");
  }

  /** Whether a run starts all the same, and what there is by then or comes later joins. */
  private boolean awaitsTables(boolean published) {
    return plan.joining()
        && plan.tables().inclusions().isEmpty()
        && (!published
            || facts.publications().stream()
                .anyMatch(p -> p.name().equals(plan.publication()) && p.own()))
        && facts.tables().stream()
            .filter(table -> table.kind() != 'f' && table.persistence() == 'p')
            .allMatch(table -> table.access().owned() && plan.tables().matches(table.id()));
  }

  private void unreplicable() {
    if (plan.tables().isAll()) {
      return;
    }
    report(
        facts.tables(),
        table -> plan.tables().matches(table.id()) && table.persistence() == 'u',
        Severity.WARNING,
        "unlogged",
        "Unlogged tables are never replicated",
        table -> "ALTER TABLE " + table.id().quoted() + " SET LOGGED;",
        "pg_class.relpersistence");
    report(
        facts.tables(),
        table -> plan.tables().matches(table.id()) && table.kind() == 'f',
        Severity.WARNING,
        "foreign",
        "Changes of foreign tables are not in this server's log",
        table -> "--excludeTables=" + table.id().quoted(),
        "pg_class.relkind");
  }

  private void publication(List<SourceFacts.Table> meant) {
    if (isPublished(facts, plan)) {
      facts.publications().stream()
          .filter(p -> !p.viaRoot() && meant.stream().anyMatch(table -> table.kind() == 'p'))
          .forEach(
              p ->
                  add(
                      Severity.WARNING,
                      "partitions",
                      "The publication "
                          + p.name()
                          + " publishes partitions under their own names, each into a table of its"
                          + " own.",
                      "ALTER PUBLICATION "
                          + TableId.quote(p.name())
                          + " SET (publish_via_partition_root = true);",
                      "pg_publication.pubviaroot"));
      return;
    }
    List<SourceFacts.Table> foreign =
        meant.stream().filter(table -> !table.access().owned()).toList();
    if (!facts.role().superuser() && !facts.role().mayCreate()) {
      add(
          Severity.ACT,
          "create_publication",
          "Role " + facts.role().name() + " may not create the publication.",
          "GRANT CREATE ON DATABASE "
              + TableId.quote(facts.server().database())
              + " TO "
              + role()
              + ";",
          "has_database_privilege");
    }
    if (!facts.role().superuser() && !foreign.isEmpty()) {
      String tables =
          meant.stream()
              .filter(table -> table.key().usable() && !table.key().leafUnusable())
              .map(table -> table.id().quoted())
              .collect(Collectors.joining(", ONLY "));
      add(
          Severity.ACT,
          "publish",
          "Role "
              + facts.role().name()
              + " does not own "
              + named(foreign)
              + ", so it cannot publish them. Their owner can, before the first start.",
          "CREATE PUBLICATION "
              + TableId.quote(plan.publication())
              + (tables.isEmpty() ? "" : " FOR TABLE ONLY " + tables)
              + " WITH (publish_via_partition_root = true);",
          "pg_class.relowner");
    }
  }

  private void privileges(List<SourceFacts.Table> meant) {
    List<SourceFacts.Table> unreadable =
        meant.stream()
            .filter(
                table -> !table.access().readable() || !table.access().unreadableLeaves().isEmpty())
            .toList();
    List<String> grants = new ArrayList<>();
    for (SourceFacts.Table table : unreadable) {
      if (!table.access().readable()) {
        grants.add(table.id().quoted());
      }
      // Dumps read partitions one by one, and a grant on their root does not reach them.
      grants.addAll(table.access().unreadableLeaves());
    }
    Set<String> schemas = new TreeSet<>();
    meant.stream()
        .filter(table -> !table.access().schemaUsable())
        .forEach(table -> schemas.add(TableId.quote(table.id().schema())));
    if (unreadable.isEmpty() && schemas.isEmpty()) {
      return;
    }
    List<String> statements = new ArrayList<>();
    if (!schemas.isEmpty()) {
      statements.add("GRANT USAGE ON SCHEMA " + String.join(", ", schemas) + " TO " + role() + ";");
    }
    if (grants.size() > GRANTED_ONE_BY_ONE) {
      Set<String> all = new TreeSet<>();
      unreadable.forEach(table -> all.add(TableId.quote(table.id().schema())));
      statements.add(
          "GRANT SELECT ON ALL TABLES IN SCHEMA " + String.join(", ", all) + " TO " + role() + ";");
    } else if (!unreadable.isEmpty()) {
      statements.add("GRANT SELECT ON TABLE " + String.join(", ", grants) + " TO " + role() + ";");
    }
    add(
        Severity.ACT,
        "select",
        "Role "
            + facts.role().name()
            + " may not read "
            + (unreadable.isEmpty()
                ? "the schemas of its tables"
                : named(unreadable)
                    + (unreadable.stream().allMatch(table -> table.access().readable())
                        ? " partition by partition"
                        : ""))
            + ", which dumps and look-ups of large values need.",
        String.join(" ", statements),
        "has_table_privilege, has_schema_privilege");
  }

  private void identities(List<SourceFacts.Table> meant) {
    Set<String> changing =
        facts.publications().stream()
            .filter(SourceFacts.Publication::changes)
            .map(SourceFacts.Publication::name)
            .collect(Collectors.toSet());
    Predicate<SourceFacts.Table> harmless =
        table -> table.key().usable() && !table.key().leafUnusable();
    Predicate<SourceFacts.Table> changes =
        table -> table.published().stream().anyMatch(changing::contains);
    report(
        meant,
        changes.and(table -> !table.key().usable() && table.kind() == 'r'),
        Severity.ACT,
        "identity",
        "PostgreSQL refuses the application's UPDATE and DELETE, because these are published and"
            + " the table has no usable replica identity",
        table -> "ALTER TABLE " + table.id().quoted() + " REPLICA IDENTITY FULL;",
        "pg_class.relreplident, pg_index");
    report(
        meant,
        table -> table.kind() == 'p' && table.key().leafUnusable() && changes.test(table),
        Severity.ACT,
        "identity_of_partitions",
        "PostgreSQL refuses the application's UPDATE and DELETE in partitions that have no usable"
            + " replica identity",
        TableRules::identityOfPartitions,
        "pg_partition_tree, pg_index");
    report(
        meant,
        changes.negate().and(harmless.negate()),
        Severity.WARNING,
        "inserts_only",
        "Only insertions are replicated, into a changelog, because there is no usable replica"
            + " identity",
        table ->
            table.kind() == 'p'
                ? identityOfPartitions(table)
                : "ALTER TABLE " + table.id().quoted() + " REPLICA IDENTITY FULL;",
        "pg_class.relreplident, pg_index");
    report(
        meant,
        table -> table.key().identity() == 'f',
        Severity.NOTE,
        "identity_full",
        "With REPLICA IDENTITY FULL each UPDATE and DELETE writes the whole old row into the log",
        table -> "",
        "pg_class.relreplident");
  }

  /** Partitions have the key of their root, unless it has none. */
  private static String identityOfPartitions(SourceFacts.Table root) {
    return root.key().usable()
        ? "For each such partition: ALTER TABLE ... REPLICA IDENTITY DEFAULT; (of "
            + root.id()
            + ")"
        : "Add a primary key to " + root.id() + ".";
  }

  private void columns(List<SourceFacts.Table> meant) {
    report(
        meant,
        table ->
            table.key().identity() == 'd' && table.key().usable() && table.columns().wide() > 0,
        Severity.NOTE,
        "large_values",
        "Large values that an UPDATE leaves alone are not in the log; walbeam looks them up at the"
            + " source",
        table -> "",
        "pg_attribute.attstorage");
    report(
        meant,
        table -> table.columns().generated() > 0,
        facts.server().version() < PUBLISHES_GENERATED ? Severity.WARNING : Severity.NOTE,
        "generated",
        "Generated columns that no publication publishes stay out; --generatedColumns=read looks"
            + " them up",
        table -> "",
        "pg_attribute.attgenerated");
    report(
        meant,
        SourceFacts.Table::filtered,
        Severity.NOTE,
        "filtered",
        "A row filter or a column list lets only part of the table through",
        table -> "",
        "pg_publication_rel");
    report(
        meant,
        table ->
            table.access().hiddenRows() && !facts.role().bypassRls() && !facts.role().superuser(),
        Severity.ACT,
        "row_security",
        "Row security hides rows from the role, so dumps refuse to read",
        table -> "ALTER ROLE " + role() + " BYPASSRLS;",
        "pg_class.relrowsecurity");
  }

  private void collisions(List<SourceFacts.Table> meant) {
    Map<String, List<SourceFacts.Table>> byName = new TreeMap<>();
    for (SourceFacts.Table table : meant) {
      for (String name : destinations(table)) {
        byName.computeIfAbsent(name.toLowerCase(Locale.ROOT), any -> new ArrayList<>()).add(table);
      }
    }
    Set<List<SourceFacts.Table>> told = new HashSet<>();
    byName.forEach(
        (name, tables) -> {
          if (tables.size() > 1 && told.add(tables)) {
            add(
                Severity.ACT,
                "collision",
                named(tables) + " would all be written to " + name + ".",
                "--excludeTables="
                    + tables.stream()
                        .skip(1)
                        .map(table -> table.id().quoted())
                        .collect(Collectors.joining(",")),
                "--tableName");
          }
        });
  }

  /** Names of the tables that a run writes to for a table of the source. */
  private List<String> destinations(SourceFacts.Table table) {
    String name = names.nameOf(table.id());
    boolean current = mode.currentState() && table.isKeyed() && !table.key().leafUnusable();
    List<String> written = new ArrayList<>();
    if (current) {
      written.add(name);
    }
    if (mode.changelog() || !current) {
      written.add(name + CHANGELOG);
    }
    return written;
  }

  private void report(
      List<SourceFacts.Table> tables,
      Predicate<SourceFacts.Table> which,
      Severity severity,
      String check,
      String meaning,
      Function<SourceFacts.Table, String> remedy,
      String basis) {
    List<SourceFacts.Table> found = tables.stream().filter(which).toList();
    if (!found.isEmpty()) {
      add(
          severity,
          check,
          meaning + ": " + named(found) + ".",
          found.stream()
              .map(remedy)
              .filter(text -> !text.isEmpty())
              .distinct()
              .collect(Collectors.joining(" ")),
          basis);
    }
  }

  private static String named(List<SourceFacts.Table> tables) {
    String some =
        tables.stream()
            .limit(NAMED)
            .map(table -> table.id().toString())
            .collect(Collectors.joining(", "));
    return tables.size() > NAMED ? some + " and " + (tables.size() - NAMED) + " more" : some;
  }

  private String role() {
    return TableId.quote(facts.role().name());
  }

  private void add(Severity severity, String check, String meaning, String remedy, String basis) {
    findings.add(new Finding(severity, check, meaning, remedy, basis));
  }
}
