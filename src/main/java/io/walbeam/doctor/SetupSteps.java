package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.doctor.SetupFacts.DefaultGrant;
import io.walbeam.doctor.SetupFacts.Relation;
import io.walbeam.doctor.SetupFacts.RunRole;
import io.walbeam.doctor.SetupPlan.Step;
import io.walbeam.postgres.DdlCapture;
import io.walbeam.postgres.Slots;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** From facts to what is missing for a run: a role that may do what a run does, and no more. */
final class SetupSteps {
  /** The comment by which setup knows a role that it made. Part of a query: no quotes in it. */
  static final String ROLE_MARK = "Made by walbeam setup.";

  /** Tables of one GRANT: a statement that a person can still read. */
  private static final int TABLES_PER_GRANT = 100;

  /** What keeps a publication or a slot from being made, of what a check finds. */
  private static final Set<String> OBSTACLES =
      Set.of(
          "standby",
          "pooler",
          "provider",
          "wal_level",
          "slots",
          "slot",
          "slot_lost",
          "publication_order");

  private final SetupFacts facts;
  private final SetupRequest request;
  private final Provider provider;
  private final String role;
  private final List<Relation> meant;
  private final List<Step> steps = new ArrayList<>();
  private final List<Finding> obstacles = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private SetupSteps(SetupFacts facts, SetupRequest request) {
    this.facts = facts;
    this.request = request;
    this.provider = facts.source().server().provider();
    this.role = TableId.quote(request.role());
    Set<TableId> published = Set.copyOf(facts.publications().tables());
    this.meant =
        facts.relations().stream().filter(found -> published.contains(found.root())).toList();
  }

  static SetupPlan of(SetupFacts facts, SetupRequest request, String title) {
    SetupSteps made = new SetupSteps(facts, request);
    made.role();
    made.grants();
    made.later();
    made.identities();
    made.publications();
    made.capture();
    made.slot();
    made.obstacles();
    return new SetupPlan(title, made.steps, made.obstacles, made.notes);
  }

  private void role() {
    Optional<RunRole> found = facts.role();
    if (found.isEmpty()) {
      provider.createRole(role).forEach(sql -> step("the role that runs log in as", sql));
      step(
          "so that setup --remove knows it", "COMMENT ON ROLE " + role + " IS '" + ROLE_MARK + "'");
      if (request.password().isEmpty()) {
        notes.add(
            "Role "
                + request.role()
                + " gets no password: set one in psql with \\password "
                + role
                + ", or give --rolePassword.");
      }
      if (!facts.mayCreateRoles()) {
        obstacle(
            "create_role",
            "Role " + facts.source().role().name() + " may not create the role.",
            "Give the administrator in --postgresUser.",
            "pg_roles.rolcreaterole");
      }
    } else {
      if (!found.get().login()) {
        step("the right to log in", "ALTER ROLE " + role + " LOGIN");
      }
      if (!found.get().replication() && provider.refusal().isEmpty()) {
        step(
            "the right to replicate",
            provider.replicationFor(role).substring(0, provider.replicationFor(role).length() - 1));
      }
    }
    boolean seesAll = found.map(RunRole::bypassRls).orElse(false);
    if (!seesAll && meant.stream().anyMatch(Relation::rowSecurity)) {
      step("row security must not hide rows from dumps", "ALTER ROLE " + role + " BYPASSRLS");
    }
    if (!found.map(RunRole::connects).orElse(false)) {
      step(
          "the way into the database",
          "GRANT CONNECT ON DATABASE "
              + TableId.quote(facts.source().server().database())
              + " TO "
              + role);
    }
  }

  private void grants() {
    Set<String> schemas = new TreeSet<>();
    meant.stream()
        .filter(found -> !found.schemaUsable())
        .forEach(found -> schemas.add(TableId.quote(found.id().schema())));
    if (!schemas.isEmpty()) {
      step(
          "dumps and look-ups read the tables",
          "GRANT USAGE ON SCHEMA " + String.join(", ", schemas) + " TO " + role);
    }
    List<String> unreadable =
        meant.stream().filter(found -> !found.readable()).map(r -> r.id().quoted()).toList();
    for (int from = 0; from < unreadable.size(); from += TABLES_PER_GRANT) {
      step(
          "dumps and look-ups read the tables",
          "GRANT SELECT ON TABLE "
              + String.join(
                  ", ",
                  unreadable.subList(from, Math.min(unreadable.size(), from + TABLES_PER_GRANT)))
              + " TO "
              + role);
    }
  }

  /** Only where --tables would take a table that nobody has made yet, or for later partitions. */
  private void later() {
    Set<String> done = new TreeSet<>();
    for (Relation found : meant) {
      String schema = found.id().schema();
      boolean partitioned = !found.leaf() || !found.id().equals(found.root());
      boolean joins = request.tables().matches(new TableId(schema, "a later table"));
      String sql =
          "ALTER DEFAULT PRIVILEGES FOR ROLE "
              + TableId.quote(found.owner())
              + " IN SCHEMA "
              + TableId.quote(schema)
              + " GRANT SELECT ON TABLES TO "
              + role;
      if ((partitioned || joins)
          && !facts.defaults().contains(new DefaultGrant(schema, found.owner()))
          && done.add(sql)) {
        step("tables and partitions that are made later", sql);
      }
    }
  }

  private void identities() {
    request
        .full()
        .ifPresent(
            full ->
                meant.stream()
                    .filter(found -> found.leaf() && found.identity() != 'f')
                    .filter(found -> full.matches(found.root()))
                    .forEach(
                        found ->
                            step(
                                "every change holds the whole old row",
                                "ALTER TABLE " + found.id().quoted() + " REPLICA IDENTITY FULL")));
  }

  private void publications() {
    facts
        .publications()
        .statements()
        .forEach(sql -> step("what is published, made before the slot", sql));
    if (facts.publications().foreign()) {
      notes.add(
          "The publication "
              + request.replication().publication()
              + " is somebody else's and stays as it is.");
    } else if (facts.publications().tables().isEmpty()) {
      obstacle(
          "no_tables",
          "No table is there that could be published.",
          "Correct --tables, or let the owner of the tables run this.",
          "pg_class");
    }
  }

  private void capture() {
    if (request.captureDdl() && !facts.capturesDdl()) {
      DdlCapture.installation()
          .forEach(sql -> step("the text of statements on tables, in order with the data", sql));
    }
  }

  private void slot() {
    String slot = request.replication().slot();
    if (facts.source().slot(slot).isPresent()) {
      return;
    }
    SourceFacts.Role administrator = facts.source().role();
    if (!administrator.superuser() && !administrator.replication()) {
      notes.add(
          "The first run makes the slot "
              + slot
              + ", because "
              + administrator.name()
              + " may not replicate.");
      return;
    }
    boolean failover = Slots.keepsOverFailover(facts.source().server().version());
    steps.add(
        new Step(
            "the slot; this waits for transactions that run now",
            "SELECT pg_catalog.pg_create_logical_replication_slot('"
                + slot
                + "', 'pgoutput'"
                + (failover ? ", failover => true" : "")
                + ")",
            /* alone= */ true));
  }

  private void obstacles() {
    ServerRules.findings(facts.source(), request.plan()).stream()
        .filter(finding -> OBSTACLES.contains(finding.check()))
        .forEach(obstacles::add);
    Set<String> owners =
        meant.stream()
            .filter(found -> !found.mine())
            .map(Relation::owner)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!owners.isEmpty()) {
      obstacle(
          "owner",
          "Role "
              + facts.source().role().name()
              + " has not the rights of the tables' owner"
              + (owners.size() == 1 ? " " : "s ")
              + String.join(", ", owners)
              + ".",
          "GRANT "
              + owners.stream().map(TableId::quote).collect(Collectors.joining(", "))
              + " TO "
              + TableId.quote(facts.source().role().name())
              + ";",
          "pg_class.relowner");
    }
  }

  private void step(String why, String sql) {
    steps.add(new Step(why, sql, /* alone= */ false));
  }

  private void obstacle(String check, String meaning, String remedy, String basis) {
    obstacles.add(new Finding(Severity.ACT, check, meaning, remedy, basis));
  }
}
