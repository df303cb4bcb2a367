package io.walbeam.source;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.CoderException;

/**
 * Big-endian, fixed width but for two short texts, deterministic. The first byte is a version:
 * marks of version 1, which a savepoint may still hold, have eight bytes more.
 */
final class SlotMarkCoder extends AtomicCoder<SlotMark> {
  private static final long serialVersionUID = 1L;
  private static final int VERSION = 2;

  /**
   * Held the end of the fence's transaction as well, which is the position of a mark that is done.
   */
  private static final int VERSION_WITH_STOP = 1;

  private static final SlotMarkCoder INSTANCE = new SlotMarkCoder();

  private SlotMarkCoder() {}

  static SlotMarkCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(SlotMark mark, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    ResumePoint position = mark.position();
    out.writeByte(VERSION);
    out.writeLong(position.resumeLsn());
    out.writeLong(position.openCommitLsn());
    out.writeLong(position.emitted());
    out.writeLong(position.lastChangeLsn());
    out.writeInt(position.index());
    out.writeLong(mark.epoch());
    out.writeUTF(mark.systemId());
    out.writeInt(mark.timeline());
    out.writeLong(mark.optionsHash());
    out.writeLong(mark.watermarkMillis());
    out.writeBoolean(mark.done());
    out.writeUTF(mark.slotKey());
  }

  @Override
  public SlotMark decode(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    int version = in.readUnsignedByte();
    if (version != VERSION && version != VERSION_WITH_STOP) {
      throw new CoderException("a checkpoint mark of unknown version " + version);
    }
    ResumePoint position =
        new ResumePoint(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readInt());
    long epoch = in.readLong();
    String systemId = in.readUTF();
    int timeline = in.readInt();
    long optionsHash = in.readLong();
    long watermark = in.readLong();
    if (version == VERSION_WITH_STOP) {
      in.readLong();
    }
    boolean done = in.readBoolean();
    return new SlotMark(
        in.readUTF(), position, epoch, systemId, timeline, optionsHash, watermark, done);
  }

  @Override
  public void verifyDeterministic() {}

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
