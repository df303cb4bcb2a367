package io.walbeam.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.change.Lsn;
import io.walbeam.doctor.Amounts;
import io.walbeam.doctor.Finding;
import io.walbeam.doctor.StatusFacts;
import io.walbeam.doctor.StatusRules;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DumpEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A status for people, folded to the terminal, and for programs. */
final class StatusText {
  /** Dumps under way that are listed one by one. */
  private static final int MOST_DUMPS = 10;

  /** Busy tables that are listed one by one. */
  private static final int MOST_TABLES = 10;

  private static final String INDENT = "  ";
  private static final String LATER = "    ";

  private final Folding folding;

  private final TableNameTemplate names;

  /**
   * @param names of tables in the destination
   */
  StatusText(int columns, TableNameTemplate names) {
    this.folding = new Folding(columns);
    this.names = names;
  }

  /** The findings first, the worst of them at the top. */
  String text(StatusFacts facts) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : StatusRules.findings(facts)) {
      folding.fold(
          text,
          finding.severity() + ": ",
          LATER,
          finding.meaning() + (finding.remedy().isEmpty() ? "" : " " + finding.remedy()));
    }
    facts.slot().ifPresent(slot -> slot(text, facts, slot));
    facts
        .state()
        .ifPresent(
            state -> {
              String until =
                  state.completeTimeMicros() == 0
                      ? "not known yet"
                      : time(state.completeTimeMicros())
                          + facts
                              .completeSecondsAgo()
                              .map(seconds -> ", " + ProgressLine.duration(seconds) + " ago")
                              .orElse("");
              line(text, "complete until " + until);
              line(
                  text,
                  "confirmed "
                      + Lsn.format(state.confirmedLsn())
                      + ", epoch "
                      + state.epoch()
                      + ", written "
                      + time(state.writtenAtMicros())
                      + " by "
                      + state.incarnation());
            });
    tables(text, facts);
    dumps(text, facts);
    facts
        .deadLetters()
        .forEach(
            letters ->
                line(
                    text,
                    String.format(
                        Locale.ROOT,
                        "dead letters: %,d of class %s in %s%s, the last %s",
                        letters.count(),
                        letters.errorClass(),
                        letters.table(),
                        superseded(letters),
                        time(letters.lastMicros()))));
    return text.toString();
  }

  private static String superseded(DeadLetterCount letters) {
    return letters.superseded() == 0
        ? ""
        : String.format(Locale.ROOT, ", %,d superseded by a later image", letters.superseded());
  }

  private void slot(StringBuilder text, StatusFacts facts, StatusFacts.SlotFacts slot) {
    line(
        text,
        "slot "
            + facts.slotName()
            + " "
            + (slot.active() ? "is read by " + slot.reader() : "is not read")
            + ", "
            + slot.walStatus()
            + ", keeps "
            + Amounts.bytes(slot.retainedBytes())
            + " of log"
            + slot.safeBytes()
                .map(safe -> ", invalidated after " + Amounts.bytes(Math.max(0, safe)) + " more")
                .orElse(", without a limit")
            + slot.hoursLeft().map(hours -> ", in " + Amounts.hours(hours)).orElse(""));
    line(
        text,
        "lag "
            + Amounts.bytes(slot.lagBytes())
            + ": not sent "
            + Amounts.bytes(slot.unsentBytes())
            + ", not read "
            + Amounts.bytes(slot.unreadBytes())
            + ", not written "
            + Amounts.bytes(slot.unwrittenBytes())
            + notApplied(facts, facts.appliedSecondsAgo(), names)
                .map(seconds -> ", not applied up to " + ProgressLine.duration(seconds))
                .orElse(""));
  }

  /** How old the oldest change of a busy table may be that BigQuery has not applied. */
  private static Optional<Long> notApplied(
      StatusFacts facts, Map<String, Long> applied, TableNameTemplate names) {
    return facts.rates().stream()
        .flatMap(rate -> Optional.ofNullable(applied.get(names.nameOf(rate.table()))).stream())
        .max(Comparator.naturalOrder());
  }

  private void tables(StringBuilder text, StatusFacts facts) {
    Map<String, Long> applied = facts.appliedSecondsAgo();
    facts.rates().stream()
        .limit(MOST_TABLES)
        .forEach(
            rate ->
                line(
                    text,
                    String.format(
                            Locale.ROOT,
                            "%s: %,.1f rows a second",
                            rate.table(),
                            rate.rowsPerSecond())
                        + Optional.ofNullable(applied.get(names.nameOf(rate.table())))
                            .map(s -> ", applied up to " + ProgressLine.duration(s) + " ago")
                            .orElse("")));
    int more = facts.rates().size() - MOST_TABLES;
    if (more > 0) {
      line(text, "and " + more + " more tables are written to");
    }
  }

  private static void tables(ObjectNode root, StatusFacts facts, TableNameTemplate names) {
    Map<String, Long> applied = facts.appliedSecondsAgo();
    notApplied(facts, applied, names).ifPresent(seconds -> root.put("notAppliedSeconds", seconds));
    ArrayNode tables = root.putArray("tables");
    for (StatusFacts.TableRate rate : facts.rates()) {
      ObjectNode each = tables.addObject();
      each.put("table", rate.table().toString()).put("rowsPerSecond", rate.rowsPerSecond());
      Optional.ofNullable(applied.get(names.nameOf(rate.table())))
          .ifPresent(seconds -> each.put("appliedSecondsAgo", seconds));
    }
  }

  private void dumps(StringBuilder text, StatusFacts facts) {
    facts.dumpsUnderWay().stream()
        .limit(MOST_DUMPS)
        .forEach(
            dump ->
                line(
                    text,
                    String.format(
                        Locale.ROOT,
                        "dump of %s %s: %,d of %s chunks, %,d rows%s%s",
                        dump.table(),
                        dump.status().name().toLowerCase(Locale.ROOT),
                        dump.course().sums().chunks(),
                        dump.course().chunksTotal() == 0 ? "?" : dump.course().chunksTotal(),
                        dump.course().sums().rows(),
                        left(facts, dump),
                        dump.owner().isEmpty() ? "" : "; by " + dump.owner())));
    int more = facts.dumpsUnderWay().size() - MOST_DUMPS;
    if (more > 0) {
      line(text, "and " + more + " more dumps");
    }
  }

  private static String left(StatusFacts facts, DumpEntry dump) {
    OptionalLong seconds = facts.secondsLeft(dump);
    return seconds.isPresent()
        ? ", about " + ProgressLine.duration(seconds.getAsLong()) + " left"
        : "";
  }

  private void line(StringBuilder text, String sentence) {
    folding.fold(text, INDENT, LATER, sentence);
  }

  private static String time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** One object on one line, so that a watch is a stream of lines. */
  static String json(StatusFacts facts, TableNameTemplate names) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    ArrayNode findings = root.putArray("findings");
    int exitCode = 0;
    for (Finding finding : StatusRules.findings(facts)) {
      exitCode = Math.max(exitCode, finding.severity().exitCode());
      findings
          .addObject()
          .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
          .put("check", finding.check())
          .put("meaning", finding.meaning())
          .put("remedy", finding.remedy());
    }
    root.put("exitCode", exitCode);
    root.put("slot", facts.slotName());
    facts
        .slot()
        .ifPresent(
            slot -> {
              root.put("active", slot.active());
              root.put("walStatus", slot.walStatus());
              root.put("confirmedLsn", Lsn.format(slot.confirmedLsn()));
              root.put("retainedBytes", slot.retainedBytes());
              slot.safeBytes().ifPresent(safe -> root.put("bytesToInvalidation", safe));
              slot.hoursLeft().ifPresent(hours -> root.put("hoursToInvalidation", hours));
              root.put("walBytesPerSecond", slot.walRate());
              root.put("reader", slot.reader());
              root.putObject("lagBytes")
                  .put("notSent", slot.unsentBytes())
                  .put("notRead", slot.unreadBytes())
                  .put("notWritten", slot.unwrittenBytes())
                  .put("all", slot.lagBytes());
            });
    facts
        .state()
        .ifPresent(
            state -> {
              root.put("epoch", state.epoch());
              if (state.completeTimeMicros() != 0) {
                root.put("completeUntil", time(state.completeTimeMicros()));
              }
              root.put("recordedLsn", Lsn.format(state.confirmedLsn()));
              root.put("writtenAt", time(state.writtenAtMicros()));
              root.put("incarnation", state.incarnation());
            });
    facts.completeSecondsAgo().ifPresent(seconds -> root.put("completeSecondsAgo", seconds));
    tables(root, facts, names);
    ArrayNode dumps = root.putArray("dumps");
    for (DumpEntry dump : facts.dumpsUnderWay()) {
      ObjectNode each = dumps.addObject();
      facts.secondsLeft(dump).ifPresent(seconds -> each.put("secondsLeft", seconds));
      if (!dump.owner().isEmpty()) {
        each.put("owner", dump.owner());
      }
      each.put("table", dump.table().toString())
          .put("status", dump.status().name())
          .put("chunksDone", dump.course().sums().chunks())
          .put("chunksTotal", dump.course().chunksTotal())
          .put("rows", dump.course().sums().rows());
    }
    ArrayNode letters = root.putArray("deadLetters");
    facts
        .deadLetters()
        .forEach(
            each ->
                letters
                    .addObject()
                    .put("table", each.table().toString())
                    .put("errorClass", each.errorClass())
                    .put("count", each.count())
                    .put("superseded", each.superseded())
                    .put("last", time(each.lastMicros())));
    try {
      return mapper.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts is always JSON", e);
    }
  }
}
