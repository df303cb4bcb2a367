package io.walbeam.local.standin.pubsub;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.google.pubsub.v1.PubsubMessage;
import java.io.IOException;

/** What a publish request must keep to (documentation, "Quotas and limits", "Resource limits"). */
final class PublishLimits {
  private static final int MESSAGES = 1_000;
  private static final int REQUEST_BYTES = 10_000_000;
  private static final int ATTRIBUTES = 100;
  private static final int ATTRIBUTE_KEY_BYTES = 256;
  private static final int ATTRIBUTE_VALUE_BYTES = 1_024;
  private static final int ORDERING_KEY_BYTES = 1_024;

  private static final ByteString RESERVED = ByteString.copyFromUtf8("goog");

  private static final int DATA = tag(PubsubMessage.DATA_FIELD_NUMBER);
  private static final int ATTRIBUTE = tag(PubsubMessage.ATTRIBUTES_FIELD_NUMBER);
  private static final int ID = tag(PubsubMessage.MESSAGE_ID_FIELD_NUMBER);
  private static final int TIME = tag(PubsubMessage.PUBLISH_TIME_FIELD_NUMBER);
  private static final int ORDERING_KEY = tag(PubsubMessage.ORDERING_KEY_FIELD_NUMBER);

  /** Of an entry of a map (Protocol Buffers documentation, "Maps"). */
  private static final int ENTRY_KEY = tag(1);

  private static final int ENTRY_VALUE = tag(2);

  private PublishLimits() {}

  /** Throws INVALID_ARGUMENT for a request that breaks one. */
  static void check(WirePublish request) {
    if (request.messages().isEmpty()) {
      throw PubSubFailure.invalid("The value for message_count is too small.");
    }
    if (request.messages().size() > MESSAGES) {
      throw PubSubFailure.invalid("The value for message_count is too large.");
    }
    if (request.bytes() > REQUEST_BYTES) {
      throw PubSubFailure.invalid(
          "Request payload size exceeds the limit: " + REQUEST_BYTES + " bytes.");
    }
    try {
      ByteString key = ByteString.EMPTY;
      for (int i = 0; i < request.messages().size(); i++) {
        ByteString next = check(request.messages().get(i));
        if (i > 0 && !next.equals(key)) {
          throw PubSubFailure.invalid(
              "In a single publish request, all messages must have no ordering key or they must all"
                  + " have the same ordering key.");
        }
        key = next;
      }
    } catch (IOException e) {
      throw PubSubFailure.invalid("A message is not well-formed.");
    }
  }

  /** Walks through a message; returns its ordering key. */
  private static ByteString check(ByteString message) throws IOException {
    CodedInputStream in = message.newCodedInput();
    in.enableAliasing(true);
    boolean empty = true;
    int attributes = 0;
    ByteString key = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == DATA) {
        empty &= skip(in) == 0;
      } else if (tag == ATTRIBUTE) {
        empty = false;
        attributes++;
        int rest = in.pushLimit(in.readRawVarint32());
        checkAttribute(in);
        in.popLimit(rest);
      } else if (tag == ORDERING_KEY) {
        key = text(in);
      } else if (tag == TIME || (tag == ID && skip(in) > 0)) {
        throw PubSubFailure.invalid("message_id and publish_time are the server's.");
      } else if (tag != ID) {
        boolean unused = in.skipField(tag);
      }
    }
    if (empty) {
      throw PubSubFailure.invalid("Some messages in the batch are empty.");
    }
    if (key.size() > ORDERING_KEY_BYTES) {
      throw PubSubFailure.invalid("The ordering key is longer than 1024 bytes.");
    }
    if (attributes > ATTRIBUTES) {
      throw PubSubFailure.invalid("A message has more than 100 attributes.");
    }
    return key;
  }

  private static void checkAttribute(CodedInputStream in) throws IOException {
    ByteString name = ByteString.EMPTY;
    ByteString value = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == ENTRY_KEY) {
        name = text(in);
      } else if (tag == ENTRY_VALUE) {
        value = text(in);
      } else {
        boolean unused = in.skipField(tag);
      }
    }
    if (name.isEmpty() || name.size() > ATTRIBUTE_KEY_BYTES || name.startsWith(RESERVED)) {
      throw PubSubFailure.invalid("An attribute has a key that is not allowed.");
    }
    if (value.size() > ATTRIBUTE_VALUE_BYTES) {
      throw PubSubFailure.invalid("The value of an attribute is longer than 1024 bytes.");
    }
  }

  private static int skip(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    in.skipRawBytes(length);
    return length;
  }

  private static ByteString text(CodedInputStream in) throws IOException {
    ByteString text = in.readBytes();
    if (!text.isValidUtf8()) {
      throw PubSubFailure.invalid("A text is not UTF-8.");
    }
    return text;
  }

  private static int tag(int field) {
    return (field << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
