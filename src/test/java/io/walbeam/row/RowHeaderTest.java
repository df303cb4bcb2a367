package io.walbeam.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Operation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A header that is kept for rows with the same origin is the one that would be written. */
class RowHeaderTest {
  private final RowMeta reused = new RowMeta().transaction(1, 1000, 2_000_000, 0);

  @Test
  void aRepeatedOriginHasTheSameBytesAsANewOne() {
    for (int i = 0; i < 4; i++) {
      assertThat(reused(0, 1, Operation.READ, false)).isEqualTo(fresh(1000, 0, 1, Operation.READ));
    }
  }

  @Test
  void nothingIsKeptOnceAValueChanges() {
    for (int i = 0; i < 3; i++) {
      reused(0, 1, Operation.READ, false);
    }
    assertThat(reused(7, 1, Operation.READ, false)).isEqualTo(fresh(1000, 7, 1, Operation.READ));
    for (int i = 0; i < 3; i++) {
      reused(7, 1, Operation.READ, false);
    }
    assertThat(reused(7, 1, Operation.READ, true)).isNotEqualTo(fresh(1000, 7, 1, Operation.READ));
    assertThat(reused(7, 1, Operation.READ, false)).isEqualTo(fresh(1000, 7, 1, Operation.READ));
    reused.transaction(1, 3000, 2_000_000, 0);
    assertThat(reused(7, 1, Operation.READ, false)).isEqualTo(fresh(3000, 7, 1, Operation.READ));
    assertThat(reused(7, 2, Operation.READ, false)).isEqualTo(fresh(3000, 7, 2, Operation.READ));
  }

  private byte[] reused(long changeLsn, long n, Operation operation, boolean delete) {
    return written(reused.change(changeLsn, n, operation), delete);
  }

  private static byte[] fresh(long commitLsn, long changeLsn, long n, Operation operation) {
    RowMeta meta = new RowMeta().transaction(1, commitLsn, 2_000_000, 0);
    return written(meta.change(changeLsn, n, operation), false);
  }

  private static byte[] written(RowMeta meta, boolean delete) {
    RowBuffer buffer = new RowBuffer();
    buffer.beginRow();
    if (delete) {
      RowHeader.writeDelete(meta, buffer);
    } else {
      RowHeader.writeUpsert(meta, -1, buffer);
    }
    EncodedRow row = buffer.endRow();
    return Arrays.copyOfRange(row.bytes(), row.offset(), row.offset() + row.length());
  }
}
