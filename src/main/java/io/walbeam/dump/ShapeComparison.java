package io.walbeam.dump;

import io.walbeam.postgres.TableShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What happened to a table between two looks at the catalogue. Pure; one instance compares once.
 *
 * <p>The catalogue does not say that values were rewritten, but two things together do: {@code
 * xmin} of a column's row changes with any ALTER or GRANT of the column, and the table's file with
 * any rewrite, such as VACUUM FULL.
 */
final class ShapeComparison {
  /** The end of a publication's entry, behind a row filter in parentheses. */
  private static final Pattern VERSIONED = Pattern.compile(" v[0-9]+$");

  /** Types that are stored and written alike, whatever their length. */
  private static final Set<String> TEXTS = Set.of("character varying", "text");

  /**
   * The difference.
   *
   * @param what in words, empty if there is nothing to speak of
   * @param values whether rows that the stream does not mention may have other values, or be others
   * @param now what is to be remembered
   */
  record Difference(String what, boolean values, KnownShape now) {}

  private final TableShape before;
  private final TableShape after;
  private final Set<String> former;
  private final List<String> what = new ArrayList<>();
  private boolean values;

  private ShapeComparison(KnownShape before, TableShape after) {
    this.before = before.shape();
    this.after = after;
    this.former = new TreeSet<>(before.former());
  }

  static Difference of(KnownShape before, TableShape after) {
    return new ShapeComparison(before, after).compare();
  }

  private Difference compare() {
    if (before.oid() != after.oid()) {
      concerns("another table has the name");
    } else {
      compareParts();
      compareColumns();
      compareTypes();
    }
    if (!isPublishedAlike(before.published(), after.published())) {
      concerns("its publication carries other changes, or it had left and joined again");
    }
    if (!before.key().equals(after.key())) {
      concerns("the key is " + names(after.key()) + " instead of " + names(before.key()));
    } else if (!before.identity().equals(after.identity())) {
      what.add("another replica identity");
    }
    return new Difference(
        String.join("; ", what), values, new KnownShape(after, values ? Set.of() : former));
  }

  /** What was remembered before publications had a version lacks it. */
  private static boolean isPublishedAlike(String before, String after) {
    return before.equals(after)
        || (!VERSIONED.matcher(before).find() && after.startsWith(before + " v"));
  }

  private void concerns(String change) {
    what.add(change);
    values = true;
  }

  private void compareParts() {
    before
        .parts()
        .forEach(
            (oid, part) -> {
              TableShape.Part now = after.parts().get(oid);
              if (now != null && now.attached() != part.attached()) {
                concerns("a partition was detached and attached again");
              }
            });
  }

  /** Whether anything that was there and still is has other files than before. */
  private boolean isRewritten() {
    return before.parts().entrySet().stream()
        .anyMatch(
            part -> {
              TableShape.Part now = after.parts().get(part.getKey());
              return now != null && now.file() != part.getValue().file();
            });
  }

  private void compareColumns() {
    boolean rewritten = isRewritten();
    Map<Integer, TableShape.Column> left = new HashMap<>();
    before.columns().forEach(column -> left.put(column.number(), column));
    List<TableShape.Column> added = new ArrayList<>();
    for (TableShape.Column column : after.columns()) {
      TableShape.Column known = left.remove(column.number());
      if (known == null) {
        added.add(column);
      } else {
        compareColumn(known, column, rewritten);
      }
    }
    for (TableShape.Column dropped : left.values()) {
      if (dropped.sent()) {
        what.add("column " + dropped.name() + " was dropped");
        former.add(dropped.name());
      }
    }
    for (TableShape.Column column : added) {
      if (column.sent()) {
        what.add("column " + column.name() + " " + column.type() + " was added");
        values |= column.filled() || rewritten || former.contains(column.name());
        former.remove(column.name());
      }
    }
  }

  private void compareColumn(TableShape.Column known, TableShape.Column now, boolean rewritten) {
    if (!now.sent()) {
      if (known.sent()) {
        what.add("column " + known.name() + " is published no more");
        former.add(known.name());
      }
      return;
    }
    if (!known.sent()) {
      concerns("column " + now.name() + " is published now");
      return;
    }
    if (!known.name().equals(now.name())) {
      concerns("column " + known.name() + " is named " + now.name());
    }
    // What is computed whenever it is read has no file.
    boolean computed = now.generated() && now.filled();
    boolean touched = known.version() != now.version() && (rewritten || computed);
    if (!known.type().equals(now.type())) {
      what.add("column " + now.name() + " is " + now.type() + " instead of " + known.type());
      values |= touched || !isAlike(known.type(), now.type());
    } else if (touched) {
      concerns("values of column " + now.name() + " were rewritten");
    }
  }

  /** Whether values are written alike in both, unless they were rewritten. */
  private static boolean isAlike(String one, String other) {
    String base = base(one);
    return base.equals(base(other))
        ? !base.equals("numeric")
        : TEXTS.contains(base) && TEXTS.contains(base(other));
  }

  /** Without length or precision, which may stand in the middle. */
  private static String base(String type) {
    return type.replaceAll("\\([0-9, -]*\\)", "");
  }

  private void compareTypes() {
    before
        .types()
        .forEach(
            (id, text) -> {
              String now = after.types().get(id);
              if (now != null && !now.equals(text)) {
                concerns(text + " is named " + now + " in a type");
              } else if (now == null && isAttribute(id)) {
                concerns("attribute " + text + " of a type was dropped");
              }
            });
    after
        .types()
        .forEach(
            (id, text) -> {
              if (!before.types().containsKey(id) && isAttribute(id) && isOfAKnownType(id)) {
                concerns("attribute " + text + " of a type was added");
              }
            });
  }

  private static boolean isAttribute(String id) {
    return id.startsWith(TableShape.ATTRIBUTE);
  }

  /** A type that came with a new column has no old values. */
  private boolean isOfAKnownType(String id) {
    String type = id.substring(0, id.lastIndexOf(' '));
    return before.types().keySet().stream()
        .anyMatch(known -> isAttribute(known) && known.startsWith(type + " "));
  }

  private static String names(List<String> key) {
    return key.isEmpty() ? "nothing" : "(" + String.join(", ", key) + ")";
  }
}
