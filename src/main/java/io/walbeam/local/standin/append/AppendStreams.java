package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import io.walbeam.local.standin.AppendFailure;
import io.walbeam.local.standin.TableRef;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The streams that requests of one connection have named. One thread at a time. */
final class AppendStreams {
  /** What is known of one stream on this connection. */
  static final class Stream {
    final TableRef table;
    @Nullable DescriptorProto schema;
    @Nullable RowDecoder decoder;
    long announcedVersion;

    Stream(TableRef table) {
      this.table = table;
    }
  }

  private final Map<String, Stream> streams = new HashMap<>();
  private @Nullable Stream current;
  private @Nullable Boolean changes;

  int count() {
    return streams.size();
  }

  /** Finds the stream of a request: its own, or that of the request before. */
  Stream select(AppendRowsRequest request) throws AppendFailure {
    String name = request.getWriteStream();
    if (!name.isEmpty()) {
      Stream stream = streams.get(name);
      if (stream == null) {
        TableRef table = TableRef.ofDefaultStream(name);
        if (table == null) {
          throw AppendFailure.invalid(
              "Invalid stream name, only default streams exist here: " + name);
        }
        stream = new Stream(table);
        streams.put(name, stream);
      }
      if (stream != current && !request.getProtoRows().hasWriterSchema()) {
        throw AppendFailure.invalid(
            "The first request to a stream must have a writer schema. Entity: " + name);
      }
      current = stream;
    }
    if (current == null) {
      throw AppendFailure.invalid("The first request must specify the write stream");
    }
    if (request.getProtoRows().hasWriterSchema()) {
      // Noted even if the request is refused: the client does not send it again.
      DescriptorProto schema = request.getProtoRows().getWriterSchema().getProtoDescriptor();
      if (!schema.equals(current.schema)) {
        current.schema = schema;
        current.decoder = null;
      }
    }
    return current;
  }

  /** Notes whether a request carries changes, which all or none of a connection's must. */
  void noteChanges(boolean now) throws AppendFailure {
    if (changes != null && changes != now) {
      throw AppendFailure.invalid(
          "The given value is not a valid CHANGE_TYPE: rows with and without a change type cannot"
              + " share a connection");
    }
    changes = now;
  }
}
