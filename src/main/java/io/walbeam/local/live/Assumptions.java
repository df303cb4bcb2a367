package io.walbeam.local.live;

import static io.walbeam.local.live.WriterRow.change;
import static io.walbeam.local.live.WriterRow.delete;
import static io.walbeam.local.live.WriterRow.upsert;

import com.google.cloud.bigquery.TableId;
import io.walbeam.local.live.Assumption.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What walbeam assumes about BigQuery's change data capture, each with a check. */
final class Assumptions {
  private static final String KEPT_NUMBERS =
      "[-9223372036854775808,18446744073709551615,0.30000000000000004,1e+100]";

  /** Beyond 64 bits on both sides, beyond a double, and of more digits than one has. */
  private static final List<String> WIDE_NUMBERS =
      List.of("18446744073709551616", "-9223372036854775809", "1e999", "0.1234567890123456789");

  private static final int MOST_LEVELS = 500;

  static final List<Assumption> ALL =
      List.of(
          new Assumption(
              "Fields of the writer's schema are matched to columns by name, whatever their"
                  + " numbers.",
              "1=a",
              Assumptions::fieldsByName),
          new Assumption(
              "The row with the highest position stays, in whatever order the rows arrive.",
              "1=high 2=new",
              Assumptions::highestWins),
          new Assumption(
              "Sections of a position are compared as numbers, from left to right.",
              "1=ten 2=right",
              Assumptions::sectionsAreNumbers),
          new Assumption(
              "Of two rows with the same position the one ingested last stays.",
              "1=second",
              Assumptions::ties),
          new Assumption(
              "A missing section of a position counts as zero.",
              "1=short 2=long",
              Assumptions::missingSections),
          new Assumption(
              "A deletion needs the key's columns only.", "2=b", Assumptions::deleteByKey),
          new Assumption(
              "A deleted key is remembered, so that an older upsert does not bring it back.",
              "2=marker",
              Assumptions::tombstone),
          new Assumption(
              "Deletions at a position remove every row below it and no newer one.",
              "2=newer",
              Assumptions::purge),
          new Assumption(
              "A malformed position refuses the whole request.",
              "refused, no row",
              Assumptions::malformedPosition),
          new Assumption(
              "A change without a value for the key refuses the whole request.",
              "refused, no row",
              Assumptions::missingKey),
          new Assumption(
              "A change of a table without a primary key is refused.",
              "refused, no row",
              Assumptions::noPrimaryKey),
          new Assumption(
              "An added column is refused as an unknown field at first, and taken within minutes.",
              "taken",
              Assumptions::schemaDelay),
          new Assumption(
              "JSON keeps 64-bit integers, with and without sign, and floating-point numbers.",
              "1=" + KEPT_NUMBERS,
              Assumptions::jsonKeeps),
          new Assumption(
              "A JSON number beyond them is refused or rounded, never kept.",
              "refused or rounded",
              Assumptions::wideNumber),
          new Assumption(
              "Of two members of a JSON object with one name the first stays.",
              "1={\"a\":1}",
              Assumptions::nameTwice),
          new Assumption(
              "Half of a surrogate pair in a JSON document is refused.",
              "refused, no row",
              Assumptions::halfSurrogate),
          new Assumption(
              "The character u0000 in a JSON document is kept.",
              "1=\"a\\u0000b\"",
              Assumptions::characterZero),
          new Assumption(
              "A JSON document of 500 levels is kept, and one of 501 is refused.",
              "500 kept, 501 refused",
              Assumptions::levels));

  private Assumptions() {}

  private static Outcome rows(Trials trials, TableId table, String expected)
      throws InterruptedException {
    String seen = trials.rowsOnceThey(table, expected);
    return new Outcome(seen, seen.equals(expected));
  }

  /** Appends each row with a request of its own, then looks at the table. */
  private static Outcome after(Trials trials, String expected, WriterRow... changes)
      throws InterruptedException {
    TableId table = trials.table(true);
    for (WriterRow row : changes) {
      String answer = trials.append(table, row);
      if (!answer.equals("accepted")) {
        return new Outcome(answer, false);
      }
    }
    return rows(trials, table, expected);
  }

  private static Outcome refused(Trials trials, TableId table, WriterRow... request)
      throws InterruptedException {
    String answer = trials.append(table, request);
    String left = trials.rows(table);
    boolean refused = !answer.equals("accepted");
    return new Outcome(
        (refused ? "refused, " : "accepted, ") + left + " (" + answer + ")",
        refused && left.equals("no row"));
  }

  private static Outcome fieldsByName(Trials trials) throws InterruptedException {
    return after(
        trials,
        "1=a",
        new WriterRow()
            .with("name", 7, "a")
            .with("_CHANGE_SEQUENCE_NUMBER", 9, "1")
            .with("id", 20, 1L)
            .with("_CHANGE_TYPE", 31, "UPSERT"));
  }

  private static Outcome highestWins(Trials trials) throws InterruptedException {
    return after(
        trials,
        "1=high 2=new",
        upsert("0/5/1/0", 1, "high"),
        upsert("0/4/9/9", 1, "low"),
        upsert("0/4/0/0", 2, "old"),
        upsert("0/4/0/1", 2, "new"));
  }

  private static Outcome sectionsAreNumbers(Trials trials) throws InterruptedException {
    return after(
        trials,
        "1=ten 2=right",
        upsert("0/10/0/0", 1, "ten"),
        upsert("0/9/0/0", 1, "nine"),
        upsert("0/B/0/0", 2, "right"),
        upsert("0/A/FFFFFFFFFFFFFFFF/FFFFFFFFFFFFFFFF", 2, "wrong"));
  }

  private static Outcome ties(Trials trials) throws InterruptedException {
    return after(trials, "1=second", upsert("0/1/1/0", 1, "first"), upsert("0/1/1/0", 1, "second"));
  }

  private static Outcome missingSections(Trials trials) throws InterruptedException {
    return after(
        trials,
        "1=short 2=long",
        upsert("5/0/0/0", 1, "long"),
        upsert("5", 1, "short"),
        upsert("5", 2, "short"),
        upsert("5/0/0/1", 2, "long"));
  }

  private static Outcome deleteByKey(Trials trials) throws InterruptedException {
    return after(
        trials, "2=b", upsert("0/1/1/0", 1, "a"), upsert("0/1/2/0", 2, "b"), delete("0/2/1/0", 1));
  }

  private static Outcome tombstone(Trials trials) throws InterruptedException {
    return after(
        trials,
        "2=marker",
        upsert("0/1/1/0", 1, "a"),
        delete("0/5/1/0", 1),
        upsert("0/4/1/0", 1, "zombie"),
        upsert("0/6/1/0", 2, "marker"));
  }

  private static Outcome purge(Trials trials) throws InterruptedException {
    return after(
        trials,
        "2=newer",
        upsert("0/3/1/0", 1, "older"),
        upsert("0/5/2/0", 2, "newer"),
        delete("0/5/1/0", 1),
        delete("0/5/1/0", 2));
  }

  private static Outcome malformedPosition(Trials trials) throws InterruptedException {
    return refused(
        trials, trials.table(true), upsert("0/1/1/0", 1, "good"), upsert("0/x/1/0", 2, "bad"));
  }

  private static Outcome missingKey(Trials trials) throws InterruptedException {
    return refused(trials, trials.table(true), change("UPSERT", "0/1/1/0").with("name", "nobody"));
  }

  private static Outcome noPrimaryKey(Trials trials) throws InterruptedException {
    return refused(trials, trials.table(false), upsert("0/1/1/0", 1, "a"));
  }

  private static Outcome schemaDelay(Trials trials) throws InterruptedException {
    TableId table = trials.table(true);
    trials.append(table, upsert("0/1/1/0", 1, "a"));
    trials.addColumn(table, "extra");
    WriterRow row = upsert("0/2/1/0", 1, "b").with("extra", "e");
    long start = System.nanoTime();
    String first = trials.append(table, row);
    String last = first.equals("accepted") ? first : trials.appendUntilAccepted(table, row);
    long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
    return last.equals("accepted")
        ? new Outcome("taken after " + seconds + " s (first answer: " + first + ")", isDelay(first))
        : new Outcome("not taken: " + last, false);
  }

  private static Outcome document(Trials trials, String json, String expected)
      throws InterruptedException {
    TableId table = trials.documents();
    String answer = trials.append(table, upsert("0/1/1/0", 1, json));
    return answer.equals("accepted") ? rows(trials, table, expected) : new Outcome(answer, false);
  }

  private static Outcome jsonKeeps(Trials trials) throws InterruptedException {
    return document(trials, KEPT_NUMBERS, "1=" + KEPT_NUMBERS);
  }

  private static Outcome wideNumber(Trials trials) throws InterruptedException {
    TableId table = trials.documents();
    List<String> seen = new ArrayList<>();
    boolean asExpected = true;
    long id = 0;
    for (String number : WIDE_NUMBERS) {
      String answer = trials.append(table, upsert("0/1/1/0", id++, "[" + number + "]"));
      if (!answer.equals("accepted")) {
        seen.add("refused (" + answer + ")");
        continue;
      }
      // A second row tells that the first is visible.
      String last = id + "=2";
      trials.append(table, upsert("0/2/1/0", id++, "2"));
      String rows = trials.rowsOnce(table, text -> text.endsWith(last));
      seen.add(rows);
      asExpected &= !rows.contains(number) && rows.endsWith(last);
    }
    return new Outcome(String.join(", ", seen), asExpected);
  }

  private static Outcome nameTwice(Trials trials) throws InterruptedException {
    return document(trials, "{\"a\":1,\"a\":2}", "1={\"a\":1}");
  }

  private static Outcome halfSurrogate(Trials trials) throws InterruptedException {
    return refused(trials, trials.documents(), upsert("0/1/1/0", 1, "\"\\ud83d\""));
  }

  private static Outcome characterZero(Trials trials) throws InterruptedException {
    return document(trials, "\"a\\u0000b\"", "1=\"a\\u0000b\"");
  }

  private static Outcome levels(Trials trials) throws InterruptedException {
    String most = "[".repeat(MOST_LEVELS) + "]".repeat(MOST_LEVELS);
    boolean kept = document(trials, most, "1=" + most).asExpected();
    Outcome more = refused(trials, trials.documents(), upsert("0/1/1/0", 1, "[" + most + "]"));
    return new Outcome(
        MOST_LEVELS + (kept ? " kept, " : " not kept, ") + (MOST_LEVELS + 1) + " " + more.seen(),
        kept && more.asExpected());
  }

  /** BigQuery's code for this is SCHEMA_MISMATCH_EXTRA_FIELDS under INVALID_ARGUMENT. */
  private static boolean isDelay(String answer) {
    return answer.equals("accepted") || answer.startsWith("INVALID_ARGUMENT");
  }
}
