package io.walbeam.batch;

import io.walbeam.change.OldImage;
import io.walbeam.change.Operation;
import io.walbeam.change.Tuple;
import io.walbeam.postgres.pgoutput.PgOutputMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the reader finds in a batch; fails if the batch is not self-contained. */
public final class BatchContents implements BatchReader.Handler {
  /** A change with the place it has for good: commit LSN, change LSN, index at that LSN. */
  public record Change(long commitLsn, long lsn, int index, char type, String body) {}

  private final BatchReader reader = new BatchReader();
  private final List<Change> changes = new ArrayList<>();
  private final List<PgOutputMessage.Commit> commits = new ArrayList<>();
  private final StringBuilder letters = new StringBuilder();
  private final Set<Integer> relations = new HashSet<>();
  private boolean open;
  private long commitLsn;

  private BatchContents() {}

  /** Reads one batch. */
  public static BatchContents of(ChangeBatch batch) {
    BatchContents contents = new BatchContents();
    contents.reader.read(batch, contents);
    return contents;
  }

  /** The changes of all batches in order. */
  public static List<Change> changes(List<ChangeBatch> batches) {
    List<Change> changes = new ArrayList<>();
    batches.forEach(batch -> changes.addAll(of(batch).changes()));
    return changes;
  }

  public static boolean sameBytes(ChangeBatch left, ChangeBatch right) {
    return left.length() == right.length()
        && Arrays.equals(left.messages(), 0, left.length(), right.messages(), 0, right.length());
  }

  public List<Change> changes() {
    return changes;
  }

  public List<PgOutputMessage.Commit> commits() {
    return commits;
  }

  /** The letters of the messages. */
  public String letters() {
    return letters.toString();
  }

  @Override
  public void begin(PgOutputMessage.Begin begin) {
    check(!open, "Begin inside a transaction");
    letters.append('B');
    open = true;
    commitLsn = begin.commitLsn();
  }

  @Override
  public void commit(PgOutputMessage.Commit commit) {
    check(open, "Commit outside a transaction");
    letters.append('C');
    open = false;
    commits.add(commit);
  }

  @Override
  public void origin(PgOutputMessage.Origin origin) {
    throw new AssertionError("nobody needs it");
  }

  @Override
  public void relation(PgOutputMessage.RelationDescribed relation) {
    letters.append('R');
    relations.add(relation.relation().id());
  }

  @Override
  public void type(PgOutputMessage.TypeDescribed type) {
    letters.append('Y');
  }

  @Override
  public void insert(int relationId, Tuple row) {
    change(relationId);
  }

  @Override
  public void update(int relationId, OldImage oldImage, Tuple oldRow, Tuple row) {
    change(relationId);
  }

  @Override
  public void delete(int relationId, OldImage oldImage, Tuple oldRow) {
    change(relationId);
  }

  @Override
  public void oversize(int relationId, Operation operation, long bytes) {
    change(relationId);
  }

  @Override
  public void truncate(PgOutputMessage.Truncate truncate) {
    truncate.relationIds().forEach(this::checkDescribed);
    change();
  }

  @Override
  public void message(PgOutputMessage.LogicalMessage message) {
    change();
  }

  private void change(int relationId) {
    checkDescribed(relationId);
    change();
  }

  private void checkDescribed(int relationId) {
    check(relations.contains(relationId), "change of an undescribed relation");
  }

  private void change() {
    check(open, "change outside a transaction");
    String body =
        new String(
            reader.batch().messages(),
            reader.payload(),
            reader.payloadLength(),
            StandardCharsets.ISO_8859_1);
    letters.append(body.charAt(0));
    changes.add(new Change(commitLsn, reader.lsn(), reader.index(), body.charAt(0), body));
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
