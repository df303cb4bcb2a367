package io.walbeam.progress;

import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;

/**
 * Version byte, then fixed-width big-endian fields in the order written below. Deterministic.
 *
 * <p>The bytes outlive the program in a runner's state: a new layout takes a new version.
 */
public final class ReceiptCoder extends AtomicCoder<Receipt> {
  private static final long serialVersionUID = 1L;
  private static final int VERSION = 1;
  private static final ReceiptCoder INSTANCE = new ReceiptCoder();

  private ReceiptCoder() {}

  public static ReceiptCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(Receipt receipt, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.writeByte(VERSION);
    ReaderIdentity reader = receipt.reader();
    out.writeLong(reader.epoch());
    out.writeUTF(reader.systemId());
    out.writeInt(reader.timeline());
    out.writeLong(reader.jobStart());
    out.writeLong(reader.readerStart());
    out.writeBoolean(receipt.start());
    write(receipt.interval().from(), out);
    write(receipt.interval().to(), out);
    out.writeLong(receipt.completeLsn());
    out.writeLong(receipt.completeTimeMicros());
  }

  @Override
  public Receipt decode(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("A receipt of version " + version + " is newer than this program.");
    }
    ReaderIdentity reader =
        new ReaderIdentity(in.readLong(), in.readUTF(), in.readInt(), in.readLong(), in.readLong());
    boolean start = in.readBoolean();
    StreamPosition from = read(in);
    StreamPosition to = read(in);
    return new Receipt(reader, start, new Interval(from, to), in.readLong(), in.readLong());
  }

  static void write(StreamPosition position, DataOutputStream out) throws IOException {
    out.writeLong(position.lsn());
    out.writeLong(position.n());
  }

  static StreamPosition read(DataInputStream in) throws IOException {
    return new StreamPosition(in.readLong(), in.readLong());
  }
}
