package io.walbeam.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The current Relation message of every relation seen on one connection, as bytes, with the Type
 * messages that the plugin sent right before it. Not thread-safe.
 */
final class RelationCache {
  /** One relation; {@link #writtenIn} is the number of the last batch that holds it. */
  static final class Entry {
    final byte[] relation;
    final List<byte[]> types;
    long writtenIn = -1;

    private Entry(byte[] relation, List<byte[]> types) {
      this.relation = relation;
      this.types = types;
    }
  }

  private final Map<Integer, Entry> entries = new HashMap<>();
  private List<byte[]> types = new ArrayList<>();
  private int lastId;
  private @Nullable Entry last;

  /** Takes a Type message; it belongs to the next relation. */
  void type(byte[] buffer, int offset, int length) {
    types.add(Arrays.copyOfRange(buffer, offset, offset + length));
  }

  /** Takes a Relation message; it replaces the relation's previous one. */
  void relation(int id, byte[] buffer, int offset, int length) {
    entries.put(id, new Entry(Arrays.copyOfRange(buffer, offset, offset + length), types));
    types = new ArrayList<>();
    last = null;
  }

  /** The relation, null if the plugin never described it. */
  @Nullable Entry get(int id) {
    if (last != null && lastId == id) {
      return last;
    }
    last = entries.get(id);
    lastId = id;
    return last;
  }
}
