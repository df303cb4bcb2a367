package io.walbeam.local.standin.pubsub;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.google.pubsub.v1.PublishRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A {@code PublishRequest} as it came over the wire. To make an object of a message, with a map of
 * its attributes, costs several times what taking it does, so that is done for subscribers only.
 * Nobody writes to it any more once it is made.
 */
final class WirePublish {
  static final MethodDescriptor.Marshaller<WirePublish> MARSHALLER =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(WirePublish request) {
          throw new UnsupportedOperationException("a server reads requests");
        }

        @Override
        public WirePublish parse(InputStream in) {
          try (in) {
            return of(bytes(in));
          } catch (IOException e) {
            throw Status.INTERNAL
                .withDescription("Invalid protobuf byte sequence")
                .withCause(e)
                .asRuntimeException();
          }
        }
      };

  private static final int TOPIC =
      (PublishRequest.TOPIC_FIELD_NUMBER << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int MESSAGE =
      (PublishRequest.MESSAGES_FIELD_NUMBER << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private final byte[] request;
  private String topic = "";

  /** Of each message where it begins, and where it ends. */
  private int[] bounds = new int[2];

  private int messages;

  private WirePublish(byte[] request) {
    this.request = request;
  }

  /** Reads a request; nobody writes to the bytes any more. */
  static WirePublish of(byte[] request) throws IOException {
    WirePublish read = new WirePublish(request);
    CodedInputStream in = CodedInputStream.newInstance(request);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case TOPIC -> read.topic = in.readStringRequireUtf8();
        case MESSAGE -> {
          int length = in.readRawVarint32();
          int start = in.getTotalBytesRead();
          in.skipRawBytes(length);
          read.add(start, start + length);
        }
        default -> {
          boolean unused = in.skipField(tag);
        }
      }
    }
    return read;
  }

  private void add(int start, int end) {
    if (2 * messages == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * bounds.length);
    }
    bounds[2 * messages] = start;
    bounds[2 * messages + 1] = end;
    messages++;
  }

  /** Everything; a stream that knows its length is read at once. */
  private static byte[] bytes(InputStream in) throws IOException {
    byte[] known = new byte[in.available()];
    int length = in.readNBytes(known, 0, known.length);
    int next = in.read();
    if (next < 0) {
      return length == known.length ? known : Arrays.copyOf(known, length);
    }
    byte[] rest = in.readAllBytes();
    byte[] all = Arrays.copyOf(known, length + 1 + rest.length);
    all[length] = (byte) next;
    System.arraycopy(rest, 0, all, length + 1, rest.length);
    return all;
  }

  String topic() {
    return topic;
  }

  /** The whole request. */
  byte[] bytes() {
    return request;
  }

  /** How many messages there are. */
  int messages() {
    return messages;
  }

  /** Where a message begins in the request. */
  int start(int message) {
    return bounds[2 * message];
  }

  /** Where it ends. */
  int end(int message) {
    return bounds[2 * message + 1];
  }
}
