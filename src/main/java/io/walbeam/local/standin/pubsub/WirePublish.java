package io.walbeam.local.standin.pubsub;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import com.google.pubsub.v1.PublishRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code PublishRequest} as it came over the wire. To make an object of a message, with a map of
 * its attributes, costs several times what taking it does, so that is done for subscribers only.
 *
 * @param messages each a {@code PubsubMessage}, as slices of the request
 * @param bytes of the whole request
 */
record WirePublish(String topic, List<ByteString> messages, int bytes) {
  static final MethodDescriptor.Marshaller<WirePublish> MARSHALLER =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(WirePublish request) {
          throw new UnsupportedOperationException("a server reads requests");
        }

        @Override
        public WirePublish parse(InputStream in) {
          try (in) {
            return of(in.readAllBytes());
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

  /** Reads a request; nobody writes to the bytes any more. */
  static WirePublish of(byte[] request) throws IOException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(request).newCodedInput();
    in.enableAliasing(true);
    String topic = "";
    List<ByteString> messages = new ArrayList<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case TOPIC -> topic = in.readStringRequireUtf8();
        case MESSAGE -> messages.add(in.readBytes());
        default -> {
          boolean unused = in.skipField(tag);
        }
      }
    }
    return new WirePublish(topic, messages, request.length);
  }
}
