package io.walbeam.batch;

import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.common.ElementByteSizeObserver;

/** Big-endian, deterministic. The first byte is a version. */
public final class ChangeBatchCoder extends AtomicCoder<ChangeBatch> {
  private static final long serialVersionUID = 1L;
  private static final int VERSION = 1;

  /** Everything but the system identifier's text and the messages. */
  private static final int FIXED_BYTES =
      1 + 8 + 2 + 4 + 8 + 8 + 1 + 8 + 8 + 8 + 8 + 8 + 8 + 4 + 4 + 4;

  private static final ChangeBatchCoder INSTANCE = new ChangeBatchCoder();

  private ChangeBatchCoder() {}

  public static ChangeBatchCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(ChangeBatch batch, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    ReaderIdentity reader = batch.reader();
    out.writeByte(VERSION);
    out.writeLong(reader.epoch());
    out.writeUTF(reader.systemId());
    out.writeInt(reader.timeline());
    out.writeLong(reader.jobStart());
    out.writeLong(reader.readerStart());
    out.writeBoolean(batch.start());
    out.writeLong(batch.interval().from().lsn());
    out.writeLong(batch.interval().from().n());
    out.writeLong(batch.interval().to().lsn());
    out.writeLong(batch.interval().to().n());
    out.writeLong(batch.completeLsn());
    out.writeLong(batch.completeTimeMicros());
    out.writeInt(batch.firstIndex());
    out.writeInt(batch.changes());
    out.writeInt(batch.length());
    out.write(batch.messages(), 0, batch.length());
  }

  @Override
  public ChangeBatch decode(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new CoderException("a change batch of unknown version " + version);
    }
    ReaderIdentity reader =
        new ReaderIdentity(in.readLong(), in.readUTF(), in.readInt(), in.readLong(), in.readLong());
    boolean start = in.readBoolean();
    StreamPosition from = new StreamPosition(in.readLong(), in.readLong());
    StreamPosition to = new StreamPosition(in.readLong(), in.readLong());
    long completeLsn = in.readLong();
    long completeTime = in.readLong();
    int firstIndex = in.readInt();
    int changes = in.readInt();
    int length = in.readInt();
    byte[] messages = new byte[length];
    in.readFully(messages);
    return new ChangeBatch(
        reader,
        start,
        new Interval(from, to),
        completeLsn,
        completeTime,
        firstIndex,
        changes,
        messages,
        length);
  }

  @Override
  public void verifyDeterministic() {}

  @Override
  public boolean isRegisterByteSizeObserverCheap(ChangeBatch batch) {
    return true;
  }

  @Override
  public void registerByteSizeObserver(ChangeBatch batch, ElementByteSizeObserver observer) {
    observer.update((long) FIXED_BYTES + batch.reader().systemId().length() + batch.length());
  }
}
