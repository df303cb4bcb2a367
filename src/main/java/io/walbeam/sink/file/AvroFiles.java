package io.walbeam.sink.file;

import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.Deflater;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;

/** Object container files of Avro, deflated; one schema in each. */
final class AvroFiles implements RowFormat {
  /** Bytes of a block before it is deflated: what a reader must hold at least. */
  private static final int BLOCK = 256 << 10;

  @Override
  public String suffix() {
    return ".avro";
  }

  @Override
  public Rows begin(DestinationTable table) {
    return new Blocks(table);
  }

  private static final class Blocks implements Rows {
    private final List<DestinationColumn> columns;

    /** What is written and not handed on: at first the header. */
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private final DataFileWriter<Object> writer = new DataFileWriter<>(new GenericDatumWriter<>());
    private byte[] header;

    Blocks(DestinationTable table) {
      this.columns = table.columns();
      writer.setCodec(CodecFactory.deflateCodec(Deflater.BEST_SPEED)).setSyncInterval(BLOCK);
      try {
        writer.create(AvroSchemas.of(table), bytes);
        writer.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      header = taken();
    }

    @Override
    public boolean takes(DestinationTable table) {
      return columns.equals(table.columns());
    }

    @Override
    public void write(List<EncodedRow> rows, Output out) throws InterruptedException {
      byte[] blocks = blocks(rows);
      if (header.length > 0) {
        out.write(header, 0, header.length);
      }
      out.write(blocks, 0, blocks.length);
      header = new byte[0];
    }

    /** Whole blocks, so that nothing of these rows waits in the writer for others. */
    private byte[] blocks(List<EncodedRow> rows) {
      try {
        for (EncodedRow row : rows) {
          writer.appendEncoded(ByteBuffer.wrap(row.bytes(), row.offset(), row.length()));
        }
        writer.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return taken();
    }

    private byte[] taken() {
      byte[] taken = bytes.toByteArray();
      bytes.reset();
      return taken;
    }
  }
}
