package io.walbeam.verify;

import io.walbeam.change.Relation;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.TextHash;
import io.walbeam.sink.RowBuckets;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps how far the first reading of the present table came, so that a verification that is ended
 * goes on there: what changed meanwhile is looked at again like everything else. Holds counts and
 * hashes, no values. Used by one thread.
 */
final class ResumeFile {
  /** Of another number nothing is read. */
  private static final int FORMAT = 1;

  private final Optional<Path> file;
  private final String kind;
  private final Resumed resumed;

  /** Told where it goes on. */
  @FunctionalInterface
  interface Resumed {
    void goesOn(TableId table, long rows);
  }

  /**
   * @param file empty to keep nothing
   * @param kind what the numbers of rows are of
   */
  ResumeFile(Optional<Path> file, String kind, Resumed resumed) {
    this.file = file;
    this.kind = kind;
    this.resumed = resumed;
  }

  /** How far, and the rows until there. */
  record Reached(SourceImages.Place place, RowBuckets buckets) {}

  /** The table that was read in part. */
  Optional<TableId> table() {
    if (file.isEmpty() || !Files.exists(file.get())) {
      return Optional.empty();
    }
    try (DataInputStream in = open()) {
      return Optional.of(table(in));
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  private TableId table(DataInputStream in) throws IOException {
    if (in.readInt() != FORMAT || !in.readUTF().equals(kind)) {
      throw new IOException("it is of another slot, kind of comparison or version");
    }
    return new TableId(in.readUTF(), in.readUTF());
  }

  private DataInputStream open() throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file.orElseThrow())));
  }

  private static long columns(Relation relation) {
    return new TextHash("").of(relation.columns().toString());
  }

  /** What is known of a table with these leaves; nothing if they are others, or their files are. */
  Optional<Reached> read(Relation relation, SourceImages.Place beginning) {
    if (file.isEmpty() || !Files.exists(file.get())) {
      return Optional.empty();
    }
    try (DataInputStream in = open()) {
      if (!relation.table().equals(table(in)) || in.readInt() != relation.id()) {
        return Optional.empty();
      }
      // The numbers of rows are of these columns.
      if (in.readLong() != columns(relation)) {
        return Optional.empty();
      }
      List<String> leaves = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        leaves.add(in.readUTF());
      }
      SourceImages.Place place = new SourceImages.Place(leaves, in.readInt(), in.readLong());
      if (!leaves.equals(beginning.leaves())) {
        return Optional.empty();
      }
      RowBuckets buckets = RowBuckets.read(in);
      resumed.goesOn(relation.table(), buckets.rows());
      return Optional.of(new Reached(place, buckets));
    } catch (IOException | IllegalArgumentException e) {
      throw failed("read", e);
    }
  }

  /** Replaces what is kept. */
  void write(Relation relation, Reached reached) {
    if (file.isEmpty()) {
      return;
    }
    Path next = file.get().resolveSibling(file.get().getFileName() + ".next");
    try {
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(next)))) {
        out.writeInt(FORMAT);
        out.writeUTF(kind);
        out.writeUTF(relation.table().schema());
        out.writeUTF(relation.table().name());
        out.writeInt(relation.id());
        out.writeLong(columns(relation));
        out.writeInt(reached.place().leaves().size());
        for (String leaf : reached.place().leaves()) {
          out.writeUTF(leaf);
        }
        out.writeInt(reached.place().leaf());
        out.writeLong(reached.place().page());
        reached.buckets().write(out);
      }
      Files.move(next, file.get(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  /** Forgets everything: the verification is over. */
  void delete() {
    if (file.isPresent()) {
      try {
        Files.deleteIfExists(file.get());
      } catch (IOException e) {
        throw failed("delete", e);
      }
    }
  }

  private WalbeamException failed(String what, Exception cause) {
    return new WalbeamException(
        FailureKind.CONFIGURATION,
        "Cannot " + what + " --resumeFile " + file.orElseThrow() + ": " + cause.getMessage() + ".",
        "Give a file that can be written, or delete it to begin anew.",
        cause);
  }
}
