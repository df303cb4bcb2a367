package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.Batches;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.CommittedTransaction;
import io.walbeam.change.Operation;
import io.walbeam.change.Tuple;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TableNameTemplate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TableRowsProperties {
  private static final KeyColumns KEY = KeyColumns.of(Batches.PEOPLE, Optional.empty());
  private static final TableMapping MAPPING =
      TableMapping.compile(
          Batches.PEOPLE, KEY, Map.of(), new MappingSettings(TableNameTemplate.DEFAULT, "PT10M"));
  private static final Route ROUTE = new Route(Batches.PEOPLE, KEY, MAPPING, null);

  /** One image of a key; the position says which it is. */
  private record Image(int key, ChangePosition position) {
    EncodedRow row() {
      byte[] bytes = (key + "@" + position).getBytes(StandardCharsets.UTF_8);
      return new EncodedRow(bytes, 0, bytes.length);
    }

    RowOrigin origin() {
      return new RowOrigin(
          new byte[0],
          0,
          0,
          ROUTE,
          Operation.UPDATE,
          new CommittedTransaction(position.epoch(), position.commitLsn(), 1_000, 7),
          position.changeLsn(),
          position.n(),
          null);
    }

    Tuple tuple() {
      byte[] text = Integer.toString(key).getBytes(StandardCharsets.UTF_8);
      Tuple tuple = new Tuple();
      tuple.reset(text);
      tuple.addText(0, text.length);
      tuple.add(Tuple.Kind.NULL);
      return tuple;
    }
  }

  /** What a destination holds that keeps the highest position of a key. */
  private static Map<Integer, ChangePosition> highest(List<Image> images) {
    Map<Integer, ChangePosition> highest = new HashMap<>();
    images.forEach(
        image ->
            highest.merge(
                image.key(),
                image.position(),
                (left, right) -> left.compareTo(right) >= 0 ? left : right));
    return highest;
  }

  @Property
  void theImageWithTheHighestPositionIsSentInWhateverOrderBatchesComeAndBundlesAreCut(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int keys) {
    Random random = new Random(seed);
    List<List<Image>> batches = new ArrayList<>();
    long lsn = 100;
    for (int i = 0; i < 1 + random.nextInt(8); i++) {
      List<Image> batch = new ArrayList<>();
      for (int j = 0; j < random.nextInt(6); j++) {
        lsn += random.nextInt(3);
        // A key change is two mutations of one change: n tells them apart.
        batch.add(
            new Image(
                random.nextInt(keys), new ChangePosition(0, lsn + 1_000, lsn, random.nextInt(2))));
      }
      batches.add(batch);
    }
    Collections.shuffle(batches, random);
    List<Image> sent = new ArrayList<>();
    List<Image> all = batches.stream().flatMap(List::stream).toList();
    TableRows rows = new TableRows(MAPPING.destination());
    for (List<Image> batch : batches) {
      for (Image image : batch) {
        rows.put(KEY, image.tuple(), image.row(), image.origin());
      }
      if (random.nextInt(3) == 0) {
        sent.addAll(taken(rows));
        rows = new TableRows(MAPPING.destination());
      }
    }
    sent.addAll(taken(rows));
    assertThat(highest(sent)).isEqualTo(highest(all));
  }

  /** Rows and origins go together, one for each key. */
  private static List<Image> taken(TableRows rows) {
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < rows.rows().size(); i++) {
      EncodedRow row = rows.rows().get(i);
      String text = new String(row.bytes(), row.offset(), row.length(), StandardCharsets.UTF_8);
      int key = Integer.parseInt(text.substring(0, text.indexOf('@')));
      assertThat(text).endsWith("@" + rows.origin(i).position());
      images.add(new Image(key, rows.origin(i).position()));
    }
    assertThat(images).extracting(Image::key).doesNotHaveDuplicates();
    assertThat(rows.bytes()).isEqualTo(rows.rows().stream().mapToLong(EncodedRow::length).sum());
    return images;
  }
}
