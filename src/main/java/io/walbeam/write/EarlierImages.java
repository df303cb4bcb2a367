package io.walbeam.write;

import io.walbeam.batch.BatchReader;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Tuple;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.Route;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowMeta;
import io.walbeam.row.RowRejectedException;
import io.walbeam.row.TableMapping;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The images of a key that a later one superseded, for when that later one cannot be written: the
 * row is then as new as it can be. Decodes the batches again, as this is rare and the images that
 * are superseded should cost nothing. Used once.
 */
public final class EarlierImages implements BatchDecoder.Mutations {
  /** A row and where it came from. */
  public record Image(EncodedRow row, RowOrigin origin) {}

  private final BatchReader reader = new BatchReader();
  private final BatchDecoder decoder;
  private final DestinationTable table;
  private final Set<ChangePosition> unwritten = new HashSet<>();
  private final Map<List<String>, ChangePosition> wanted = new HashMap<>();
  private final Map<List<String>, List<Image>> images = new HashMap<>();
  private final RowBuffer buffer = new RowBuffer();
  private boolean collecting;

  private EarlierImages(Routes routes, DestinationTable table) {
    this.decoder = new BatchDecoder(reader, routes, this);
    this.table = table;
  }

  /**
   * For each key of {@code unwritten} that has earlier images in {@code batches}: the images, the
   * newest first. One that cannot be encoded, or lacks values, is left out.
   */
  public static Collection<Deque<Image>> find(
      Routes routes, List<ChangeBatch> batches, DestinationTable table, List<RowOrigin> unwritten) {
    EarlierImages found = new EarlierImages(routes, table);
    unwritten.forEach(origin -> found.unwritten.add(origin.position()));
    batches.forEach(found.decoder::decode);
    found.collecting = true;
    batches.forEach(found.decoder::decode);
    return found.images.values().stream().map(EarlierImages::newestFirst).toList();
  }

  /** Batches come in any order. */
  private static Deque<Image> newestFirst(List<Image> images) {
    images.sort(Comparator.comparing((Image image) -> image.origin().position()).reversed());
    return new ArrayDeque<>(images);
  }

  @Override
  public void upsert(Route route, Tuple row, RowMeta meta) {
    TableMapping mapping = route.current();
    if (mapping != null && !mapping.canBeLookedUp(row)) {
      image(route, mapping, row, meta, false);
    } else if (mapping != null) {
      image(route, mapping, row, meta, null);
    }
  }

  @Override
  public void delete(Route route, Tuple oldRow, RowMeta meta) {
    TableMapping mapping = route.current();
    if (mapping != null) {
      image(route, mapping, oldRow, meta, true);
    }
  }

  /**
   * @param delete null for a row that lacks values
   */
  private void image(
      Route route, TableMapping mapping, Tuple row, RowMeta meta, @Nullable Boolean delete) {
    if (!mapping.destination().equals(table)) {
      return;
    }
    ChangePosition position = meta.position();
    if (!collecting) {
      if (unwritten.contains(position)) {
        wanted.put(key(mapping.key(), row), position);
      }
      return;
    }
    List<String> key = key(mapping.key(), row);
    ChangePosition later = wanted.get(key);
    if (delete == null || later == null || position.compareTo(later) >= 0) {
      return;
    }
    try {
      EncodedRow encoded =
          delete
              ? mapping.encodeDelete(row, meta, buffer)
              : mapping.encodeUpsert(row, meta, buffer);
      images
          .computeIfAbsent(key, any -> new ArrayList<>())
          .add(new Image(encoded, RowOrigin.of(reader, route, meta, null)));
    } catch (RowRejectedException e) {
      // It has a dead letter since it was decoded first.
    }
  }

  private static List<String> key(KeyColumns key, Tuple row) {
    List<String> texts = new ArrayList<>();
    for (int i : key.positions()) {
      texts.add(row.kind(i) == Tuple.Kind.TEXT ? row.text(i) : "");
    }
    return texts;
  }

  @Override
  public void change(Route route, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta) {}

  @Override
  public void oversize(Route route, long bytes, RowMeta meta) {}

  @Override
  public void dumpRequest(byte[] content, RowMeta meta) {}

  @Override
  public void truncate(Route route, RowMeta meta) {}
}
