package io.walbeam.verify;

import io.walbeam.change.Tuple;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.RowBuckets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Rows by the fingerprint that walbeam wrote: BigQuery reads eight bytes of each. */
final class Fingerprints implements RowImages {
  private final TableMapping mapping;
  private final ReplicaRows replica;

  Fingerprints(TableMapping mapping, ReplicaRows replica) {
    this.mapping = mapping;
    this.replica = replica;
  }

  @Override
  public long of(Tuple row) {
    return mapping.fingerprint(row);
  }

  @Override
  public long count(RowBuckets into) throws InterruptedException {
    return replica.count(mapping.destination(), into);
  }

  @Override
  public void rows(int buckets, BitSet wanted, ReplicaRows.Rows rows) throws InterruptedException {
    replica.rows(mapping.destination(), buckets, wanted, rows);
  }

  @Override
  public List<Optional<ReplicaRows.Image>> images(List<List<String>> keys)
      throws InterruptedException {
    return replica.images(mapping.destination(), keys);
  }

  @Override
  public List<Difference> explained(List<Difference> differences, SourceRows source) {
    return differences;
  }
}
