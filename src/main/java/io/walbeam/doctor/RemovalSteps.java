package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.doctor.SetupFacts.RunRole;
import io.walbeam.doctor.SetupPlan.Step;
import io.walbeam.postgres.DdlCapture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From facts to what takes a setup back: only what setup or a run has made. */
final class RemovalSteps {
  private RemovalSteps() {}

  static SetupPlan of(SetupFacts facts, SetupRequest request, String title) {
    List<Step> steps = new ArrayList<>();
    List<Finding> obstacles = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    facts
        .source()
        .slot(request.replication().slot())
        .filter(slot -> slot.database().equals(facts.source().server().database()))
        .ifPresent(slot -> slot(slot, steps, obstacles));
    facts.publicationRemoval().forEach(sql -> step(steps, "walbeam's own publication", sql));
    if (facts.capturesDdl()) {
      DdlCapture.removal().forEach(sql -> step(steps, "what tells of statements", sql));
    }
    if (facts.publications().foreign()) {
      notes.add(
          "The publication "
              + request.replication().publication()
              + " is somebody else's and stays.");
    }
    request
        .full()
        .ifPresent(
            full ->
                facts.relations().stream()
                    .filter(found -> found.leaf() && found.identity() == 'f')
                    .filter(found -> full.matches(found.root()))
                    .forEach(
                        found ->
                            step(
                                steps,
                                "as it was before --identityFull",
                                "ALTER TABLE "
                                    + found.id().quoted()
                                    + " REPLICA IDENTITY DEFAULT")));
    role(facts, request, steps, notes);
    return new SetupPlan(title, steps, obstacles, notes);
  }

  /** Before the publications that it needs. */
  private static void slot(SourceFacts.Slot slot, List<Step> steps, List<Finding> obstacles) {
    steps.add(
        new Step(
            "the slot, which keeps the server's log",
            "SELECT pg_catalog.pg_drop_replication_slot('" + slot.name() + "')",
            /* alone= */ true));
    if (slot.active()) {
      obstacles.add(
          new Finding(
              Severity.ACT,
              "slot",
              "Somebody reads the slot " + slot.name() + ".",
              "End that run first.",
              "pg_replication_slots.active"));
    }
  }

  private static void role(
      SetupFacts facts, SetupRequest request, List<Step> steps, List<String> notes) {
    String role = TableId.quote(request.role());
    Optional<RunRole> found = facts.role();
    if (found.isEmpty()) {
      return;
    }
    if (!found.get().ours()) {
      notes.add(
          "Setup did not make the role " + request.role() + ", so it keeps what it was granted.");
      return;
    }
    for (SetupFacts.Granted granted : facts.granted()) {
      step(
          steps,
          "what the role was granted",
          granted.byDefault()
              ? "ALTER DEFAULT PRIVILEGES " + granted.on() + " REVOKE ALL ON TABLES FROM " + role
              : "REVOKE ALL ON " + granted.on() + " FROM " + role);
    }
    if (found.get().neededElsewhere()) {
      notes.add(
          "The role "
              + request.role()
              + " stays: it owns something, or was granted something in another database.");
    } else {
      step(steps, "the role that runs logged in as", "DROP ROLE " + role);
    }
  }

  private static void step(List<Step> steps, String why, String sql) {
    steps.add(new Step(why, sql, /* alone= */ false));
  }
}
