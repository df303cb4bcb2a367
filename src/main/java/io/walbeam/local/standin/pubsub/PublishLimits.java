package io.walbeam.local.standin.pubsub;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import com.google.pubsub.v1.PubsubMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a publish request must keep to (documentation, "Quotas and limits", "Resource limits").
 * Reads the request where it is and makes nothing of it. Used by one thread.
 */
final class PublishLimits {
  private static final int MESSAGES = 1_000;
  private static final int REQUEST_BYTES = 10_000_000;
  private static final int ATTRIBUTES = 100;
  private static final int ATTRIBUTE_KEY_BYTES = 256;
  private static final int ATTRIBUTE_VALUE_BYTES = 1_024;
  private static final int ORDERING_KEY_BYTES = 1_024;

  private static final byte[] RESERVED = "goog".getBytes(StandardCharsets.US_ASCII);

  private static final int DATA = tag(PubsubMessage.DATA_FIELD_NUMBER);
  private static final int ATTRIBUTE = tag(PubsubMessage.ATTRIBUTES_FIELD_NUMBER);
  private static final int ID = tag(PubsubMessage.MESSAGE_ID_FIELD_NUMBER);
  private static final int TIME = tag(PubsubMessage.PUBLISH_TIME_FIELD_NUMBER);
  private static final int ORDERING_KEY = tag(PubsubMessage.ORDERING_KEY_FIELD_NUMBER);

  /** Of an entry of a map (Protocol Buffers documentation, "Maps"). */
  private static final int ENTRY_KEY = tag(1);

  private static final int ENTRY_VALUE = tag(2);

  private final byte[] bytes;
  private final CodedInputStream in;

  /** Where the ordering key of the last message is; nowhere if it has none. */
  private int keyFrom;

  private int keyTo;

  private PublishLimits(byte[] bytes) {
    this.bytes = bytes;
    this.in = CodedInputStream.newInstance(bytes);
  }

  /**
   * Refuses a request that breaks one: with FAILED_PRECONDITION for several ordering keys, which is
   * what users of its clients report of Pub/Sub, else with INVALID_ARGUMENT.
   */
  static void check(WirePublish request) {
    if (request.messages() == 0) {
      throw PubSubFailure.invalid("The value for message_count is too small.");
    }
    if (request.messages() > MESSAGES) {
      throw PubSubFailure.invalid("The value for message_count is too large.");
    }
    byte[] bytes = request.bytes();
    if (bytes.length > REQUEST_BYTES) {
      throw PubSubFailure.invalid(
          "Request payload size exceeds the limit: " + REQUEST_BYTES + " bytes.");
    }
    try {
      new PublishLimits(bytes).checkMessages(request);
    } catch (IOException e) {
      throw PubSubFailure.invalid("A message is not well-formed.");
    }
  }

  private void checkMessages(WirePublish request) throws IOException {
    int from = 0;
    int to = 0;
    for (int i = 0; i < request.messages(); i++) {
      in.skipRawBytes(request.start(i) - in.getTotalBytesRead());
      int rest = in.pushLimit(request.end(i) - request.start(i));
      checkMessage();
      in.popLimit(rest);
      if (i > 0 && !Arrays.equals(bytes, from, to, bytes, keyFrom, keyTo)) {
        throw PubSubFailure.precondition(
            "In a single publish request, all messages must have no ordering key or they must all"
                + " have the same ordering key.");
      }
      from = keyFrom;
      to = keyTo;
    }
  }

  /** Walks through a message, and notes its ordering key. */
  private void checkMessage() throws IOException {
    boolean empty = true;
    int attributes = 0;
    keyFrom = 0;
    keyTo = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == DATA) {
        empty &= skip() == 0;
      } else if (tag == ATTRIBUTE) {
        empty = false;
        attributes++;
        int rest = in.pushLimit(in.readRawVarint32());
        checkAttribute();
        in.popLimit(rest);
      } else if (tag == ORDERING_KEY) {
        int length = text();
        keyTo = in.getTotalBytesRead();
        keyFrom = keyTo - length;
      } else if (tag == TIME || (tag == ID && skip() > 0)) {
        throw PubSubFailure.invalid("message_id and publish_time are the server's.");
      } else if (tag != ID) {
        boolean unused = in.skipField(tag);
      }
    }
    if (empty) {
      throw PubSubFailure.invalid("Some messages in the batch are empty.");
    }
    if (keyTo - keyFrom > ORDERING_KEY_BYTES) {
      throw PubSubFailure.invalid("The ordering key is longer than 1024 bytes.");
    }
    if (attributes > ATTRIBUTES) {
      throw PubSubFailure.invalid("A message has more than 100 attributes.");
    }
  }

  private void checkAttribute() throws IOException {
    boolean allowed = false;
    int value = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == ENTRY_KEY) {
        allowed = isAllowed(text());
      } else if (tag == ENTRY_VALUE) {
        value = text();
      } else {
        boolean unused = in.skipField(tag);
      }
    }
    if (!allowed) {
      throw PubSubFailure.invalid("An attribute has a key that is not allowed.");
    }
    if (value > ATTRIBUTE_VALUE_BYTES) {
      throw PubSubFailure.invalid("The value of an attribute is longer than 1024 bytes.");
    }
  }

  /** Whether an attribute may have the key that was read last. */
  private boolean isAllowed(int length) {
    int from = in.getTotalBytesRead() - length;
    return length > 0
        && length <= ATTRIBUTE_KEY_BYTES
        && (length < RESERVED.length
            || !Arrays.equals(bytes, from, from + RESERVED.length, RESERVED, 0, RESERVED.length));
  }

  private int skip() throws IOException {
    int length = in.readRawVarint32();
    in.skipRawBytes(length);
    return length;
  }

  /** Walks over a text; returns its length in bytes. */
  private int text() throws IOException {
    int length = skip();
    int end = in.getTotalBytesRead();
    for (int i = end - length; i < end; i++) {
      if (bytes[i] < 0) {
        if (!UnsafeByteOperations.unsafeWrap(bytes, end - length, length).isValidUtf8()) {
          throw PubSubFailure.invalid("A text is not UTF-8.");
        }
        return length;
      }
    }
    return length;
  }

  private static int tag(int field) {
    return (field << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
