package io.walbeam.progress;

import io.walbeam.change.StreamPosition;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.AtomicCoder;

/**
 * Version byte, frontier, candidate, then the waiting receipts as {@link ReceiptCoder} writes them.
 */
final class ProgressStateCoder extends AtomicCoder<ProgressState> {
  private static final long serialVersionUID = 1L;
  private static final int VERSION = 1;
  private static final ProgressStateCoder INSTANCE = new ProgressStateCoder();

  private ProgressStateCoder() {}

  static ProgressStateCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(ProgressState state, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.writeByte(VERSION);
    out.writeBoolean(state.frontier().isPresent());
    if (state.frontier().isPresent()) {
      ReceiptCoder.write(state.frontier().get(), out);
    }
    out.writeLong(state.completeLsn());
    out.writeLong(state.completeTimeMicros());
    out.writeInt(state.waiting().size());
    for (Receipt receipt : state.waiting()) {
      ReceiptCoder.of().encode(receipt, out);
    }
  }

  @Override
  public ProgressState decode(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException(
          "A progress state of version " + version + " is newer than this program.");
    }
    Optional<StreamPosition> frontier =
        in.readBoolean() ? Optional.of(ReceiptCoder.read(in)) : Optional.empty();
    long completeLsn = in.readLong();
    long completeTimeMicros = in.readLong();
    int size = in.readInt();
    List<Receipt> waiting = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      waiting.add(ReceiptCoder.of().decode(in));
    }
    return new ProgressState(frontier, completeLsn, completeTimeMicros, waiting);
  }
}
