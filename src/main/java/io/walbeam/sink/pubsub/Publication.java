package io.walbeam.sink.pubsub;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.pubsub.v1.PublishRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Messages of one ordering key that are one request: Pub/Sub takes no others together ("all
 * messages must have no ordering key or they must all have the same ordering key"). Not
 * thread-safe.
 */
final class Publication {
  /** Documentation, "Quotas and limits". */
  private static final int MOST_MESSAGES = 1_000;

  /** Bytes of messages beyond which a longer request is no cheaper; one message may have more. */
  private static final int ENOUGH_BYTES = 1_000_000;

  private final List<ByteString> messages = new ArrayList<>();

  /** Of each message the number of its row. */
  private int[] rows = new int[1];

  private int bytes;

  /** Whether another message has room. */
  boolean takes(int length) {
    return messages.isEmpty()
        || (messages.size() < MOST_MESSAGES && bytes + length <= ENOUGH_BYTES);
  }

  void add(ByteString message, int row) {
    if (messages.size() == rows.length) {
      rows = Arrays.copyOf(rows, 2 * rows.length);
    }
    rows[messages.size()] = row;
    messages.add(message);
    bytes += message.size();
  }

  int messages() {
    return messages.size();
  }

  /** Bytes of all messages. */
  int bytes() {
    return bytes;
  }

  /** Number of the row of the first message. */
  int firstRow() {
    return rows[0];
  }

  /** The first messages and the others, in their order; of one message there are no halves. */
  List<Publication> halves() {
    Publication first = new Publication();
    Publication second = new Publication();
    for (int i = 0; i < messages.size(); i++) {
      (i < messages.size() / 2 ? first : second).add(messages.get(i), rows[i]);
    }
    return List.of(first, second);
  }

  /** The request. Its messages are written already, and go along as they are. */
  PublishRequest request(String topic) {
    UnknownFieldSet.Field.Builder written = UnknownFieldSet.Field.newBuilder();
    messages.forEach(written::addLengthDelimited);
    return PublishRequest.newBuilder()
        .setTopic(topic)
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(PublishRequest.MESSAGES_FIELD_NUMBER, written.build())
                .build())
        .build();
  }
}
