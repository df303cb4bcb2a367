package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.postgres.SlotHeadroom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** From facts of the server, the role and the slot to findings. */
final class ServerRules {
  /** The oldest server that walbeam is tested on. */
  private static final int OLDEST = 140_000;

  /** A month is what people need to renew a certificate in office hours. */
  private static final long CERTIFICATE_DAYS = 30;

  /** A transaction that is open for longer is somebody's mistake. */
  private static final long LONG_TRANSACTION_SECONDS = 3_600;

  private static final double SECONDS_PER_HOUR = 3_600;

  private final SourceFacts facts;
  private final Plan plan;
  private final Provider provider;
  private final List<Finding> findings = new ArrayList<>();

  private ServerRules(SourceFacts facts, Plan plan) {
    this.facts = facts;
    this.plan = plan;
    this.provider = facts.server().provider();
  }

  static List<Finding> findings(SourceFacts facts, Plan plan) {
    ServerRules rules = new ServerRules(facts, plan);
    rules.server();
    rules.role();
    rules.limits();
    facts.slot(plan.slot()).ifPresent(rules::slot);
    rules.blockers();
    return rules.findings;
  }

  private void server() {
    if (facts.server().version() < OLDEST) {
      warn(
          "version",
          "The server is PostgreSQL "
              + facts.server().versionText()
              + "; walbeam is tested from 14 on.",
          "Upgrade the server.",
          "server_version");
    }
    if (facts.server().standby()) {
      act(
          "standby",
          "The server is a standby: no publication can be made there.",
          "Give the primary in --postgresUrl, and the standby in --snapshotUrl if dumps shall read"
              + " it.",
          "pg_is_in_recovery()");
    }
    if (facts.server().pooled()) {
      act(
          "pooler",
          "A connection pooler is in the way: two statements of one connection reached two"
              + " processes, and no pooler carries replication.",
          "Give the server's own address in --postgresUrl.",
          "pg_backend_pid()");
    }
    if (!facts.server().encrypted() && !facts.server().local()) {
      warn(
          "tls",
          "The connection is not encrypted.",
          "Add ?sslmode=verify-full&sslrootcert=FILE to --postgresUrl.",
          "pg_stat_ssl");
    }
    facts
        .server()
        .certificateDays()
        .filter(days -> facts.server().encrypted() && days < CERTIFICATE_DAYS)
        .ifPresent(
            days ->
                warn(
                    "certificate",
                    days < 0
                        ? "The server's certificate has expired; verify-ca and verify-full refuse"
                            + " it."
                        : "The server's certificate expires in "
                            + days
                            + (days == 1 ? " day" : " days")
                            + "; then verify-ca and verify-full refuse it.",
                    provider.certificate(),
                    "the certificate that the server shows"));
    provider
        .refusal()
        .filter(why -> !facts.role().replication())
        .ifPresent(why -> act("provider", why, "", "--provider=" + provider.word()));
    SourceFacts.Setting walLevel = facts.settings().get("wal_level");
    if (walLevel != null && !walLevel.value().equals("logical")) {
      if (walLevel.pendingRestart()) {
        act(
            "wal_level",
            "wal_level is set, but the server still runs with " + walLevel.value() + ".",
            provider == Provider.SELF_MANAGED ? "Restart the server." : provider.restart().strip(),
            "pg_settings");
      } else {
        act(
            "wal_level",
            "wal_level is " + walLevel.value() + ": the log does not hold what replication needs.",
            provider.logicalDecoding(),
            "pg_settings");
      }
    }
  }

  private void role() {
    SourceFacts.Role role = facts.role();
    if (!role.superuser() && !role.replication() && provider.refusal().isEmpty()) {
      String through =
          role.through().isEmpty()
              ? ""
              : " It is a member of "
                  + String.join(", ", role.through())
                  + ", but PostgreSQL does not pass the attribute on.";
      act(
          "replication",
          "Role " + role.name() + " may not replicate." + through,
          provider.replicationFor(TableId.quote(role.name())),
          "pg_roles");
    }
  }

  private void limits() {
    Optional<SourceFacts.Slot> ours = facts.slot(plan.slot());
    int mostSlots = number("max_replication_slots");
    if (ours.isEmpty() && facts.slots().size() >= mostSlots) {
      act(
          "slots",
          "All "
              + mostSlots
              + " replication slots are taken, and "
              + plan.slot()
              + " is not among them.",
          provider.setting("max_replication_slots", Integer.toString(mostSlots + 5))
              + provider.restart(),
          "pg_replication_slots");
    }
    int mostSenders = number("max_wal_senders");
    boolean running = ours.map(SourceFacts.Slot::active).orElse(false);
    if (!running && facts.walSenders() >= mostSenders) {
      act(
          "senders",
          "All " + mostSenders + " WAL senders are in use.",
          provider.setting("max_wal_senders", Integer.toString(mostSenders + 5))
              + provider.restart(),
          "pg_stat_activity");
    }
    if (facts.setting("max_slot_wal_keep_size").equals("-1")) {
      warn(
          "wal_limit",
          "max_slot_wal_keep_size is not set: a slot that nobody reads keeps log until the server's"
              + " disk is full and the server stops.",
          provider == Provider.SELF_MANAGED
              ? SlotHeadroom.SET_LIMIT
              : provider.setting("max_slot_wal_keep_size", "51200"),
          "pg_settings");
    }
  }

  private void slot(SourceFacts.Slot slot) {
    if (!slot.plugin().equals("pgoutput") || !slot.database().equals(facts.server().database())) {
      act(
          "slot",
          "A slot "
              + slot.name()
              + " exists, but "
              + (slot.plugin().isEmpty()
                  ? "it is a physical one."
                  : "it has the plugin " + slot.plugin() + " in database " + slot.database() + "."),
          "Choose another name with --slot.",
          "pg_replication_slots");
      return;
    }
    if (slot.isLost()) {
      act(
          "slot_lost",
          "The slot "
              + slot.name()
              + " was invalidated"
              + (slot.invalidation().isEmpty() ? "" : " (" + slot.invalidation() + ")")
              + ": the log after its position is gone.",
          "SELECT pg_drop_replication_slot("
              + quote(slot.name())
              + "); then start with the next --epoch.",
          "pg_replication_slots");
      return;
    }
    if (facts.publications().stream().noneMatch(p -> p.name().equals(plan.publication()))) {
      act(
          "publication_order",
          "The slot "
              + slot.name()
              + " exists without the publication "
              + plan.publication()
              + "; changes before its creation can never be decoded.",
          "Correct --publication; or, if nobody needs the slot: SELECT pg_drop_replication_slot("
              + quote(slot.name())
              + ");",
          "pg_publication");
    }
    slot.safeBytes().ifPresent(safe -> headroom(slot, safe));
  }

  private void headroom(SourceFacts.Slot slot, long safe) {
    Optional<Double> hours = hours(safe, facts.walRate());
    if (safe <= 0 || hours.filter(left -> left < SlotHeadroom.WARN_HOURS).isPresent()) {
      warn(
          "headroom",
          "The slot "
              + slot.name()
              + " keeps "
              + Amounts.bytes(slot.retainedBytes())
              + " of log and is invalidated after another "
              + Amounts.bytes(Math.max(0, safe))
              + hours
                  .map(left -> ", in " + Amounts.hours(left) + " at the rate just measured")
                  .orElse("")
              + ", unless it is read.",
          slot.active()
              ? "See what the run waits for (its log names it), or raise the limit: "
                  + provider.setting("max_slot_wal_keep_size", "102400")
              : "Start the run; or, if it shall not come back: SELECT pg_drop_replication_slot("
                  + quote(slot.name())
                  + ");",
          "pg_replication_slots.safe_wal_size");
    }
  }

  private void blockers() {
    for (SourceFacts.Blocker blocker : facts.blockers()) {
      if (blocker.seconds() < LONG_TRANSACTION_SECONDS) {
        return;
      }
      boolean prepared = !blocker.gid().isEmpty();
      warn(
          prepared ? "prepared_transaction" : "long_transaction",
          (prepared ? "A prepared transaction" : "A transaction of process " + blocker.pid())
              + " is open for "
              + Amounts.hours(blocker.seconds() / SECONDS_PER_HOUR)
              + ": every slot keeps the log since it began, and a new slot waits for it.",
          prepared
              ? "ROLLBACK PREPARED "
                  + quote(blocker.gid())
                  + "; -- or COMMIT PREPARED, as its coordinator has decided"
              : "SELECT pg_terminate_backend(" + blocker.pid() + ");",
          prepared ? "pg_prepared_xacts" : "pg_stat_activity");
    }
  }

  /** Hours that so many bytes last; empty if nothing is written. */
  static Optional<Double> hours(long bytes, double bytesPerSecond) {
    return bytesPerSecond < 1
        ? Optional.empty()
        : Optional.of(Math.max(0, bytes) / bytesPerSecond / SECONDS_PER_HOUR);
  }

  private int number(String setting) {
    try {
      return Integer.parseInt(facts.setting(setting).toLowerCase(Locale.ROOT));
    } catch (NumberFormatException e) {
      return Integer.MAX_VALUE; // a server without this limit
    }
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private void act(String check, String meaning, String remedy, String basis) {
    findings.add(new Finding(Severity.ACT, check, meaning, remedy, basis));
  }

  private void warn(String check, String meaning, String remedy, String basis) {
    findings.add(new Finding(Severity.WARNING, check, meaning, remedy, basis));
  }
}
