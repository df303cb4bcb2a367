package io.walbeam.sink.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyedLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages as a subscriber has them: what went over the wire. */
class MessageEncoderTest {
  private static MessageEncoder encoder(int shared, EncodedRow row) {
    Messages messages = new Messages(shared, line -> "file:///large/" + line.length);
    return new MessageEncoder(
        messages.source(KeyedRows.TABLE, KeyedLine.of(row)), messages.elsewhere());
  }

  private static ByteString encoded(MessageEncoder encoder, EncodedRow row) throws Exception {
    KeyedLine line = KeyedLine.of(row);
    return encoder.encode(line, encoder.orderingKey(line));
  }

  private static PubsubMessage sent(int shared, EncodedRow row) throws Exception {
    return PubsubMessage.parseFrom(encoded(encoder(shared, row), row));
  }

  private static Map<String, String> attributes(String operation) {
    return Map.of("operation", operation, "database", "d", "schema", "public", "table", "t");
  }

  @Test
  void eachOperationHasItsAttributesAndTheLineAsItWasWritten() throws Exception {
    MessageEncoder encoder = encoder(0, KeyedRows.row("{\"id\":17}", 1));
    for (String operation : List.of("INSERT", "UPDATE", "UPDATE", "DELETE", "INSERT")) {
      EncodedRow row = KeyedRows.row(operation, "{\"id\":17}", "0001");
      PubsubMessage sent = PubsubMessage.parseFrom(encoded(encoder, row));
      assertThat(sent.getAttributesMap()).isEqualTo(attributes(operation));
      assertThat(sent.getUnknownFields().asMap()).isEmpty();
      assertThat(sent.getOrderingKey()).isEqualTo("public.t{\"id\":17}");
      assertThat(sent.getData().toByteArray())
          .asString()
          .isEqualTo(
              "{\"operation\":\""
                  + operation
                  + "\",\"database\":\"d\",\"schema\":\"public\",\"table\":\"t\","
                  + "\"key\":{\"id\":17},\"position\":\"0001\"}");
    }
  }

  @Test
  void messagesOfEverySizeStayAsTheyWereWhileOthersFollow() throws Exception {
    MessageEncoder encoder = encoder(0, KeyedRows.row("{\"id\":1}", 1));
    List<ByteString> encoded = new ArrayList<>();
    List<String> positions = new ArrayList<>();
    for (int size = 1; size <= 400_000; size = 3 * size + 1) {
      for (int i = 0; i < 20; i++) {
        positions.add(Character.toString('a' + i).repeat(size));
        encoded.add(
            encoded(
                encoder,
                KeyedRows.row("UPDATE", "{\"id\":\"ü\"}", positions.get(positions.size() - 1))));
      }
    }
    for (int i = 0; i < encoded.size(); i++) {
      PubsubMessage message = PubsubMessage.parseFrom(encoded.get(i));
      assertThat(message.getData().toStringUtf8())
          .isEqualTo(
              "{\"operation\":\"UPDATE\",\"database\":\"d\",\"schema\":\"public\",\"table\":\"t\","
                  + "\"key\":{\"id\":\"ü\"},\"position\":\""
                  + positions.get(i)
                  + "\"}");
      assertThat(message.getOrderingKey()).isEqualTo("public.t{\"id\":\"ü\"}");
    }
  }

  @Test
  void aRowsOrderingKeyIsItsOwnOrTheSameSharedOneInEveryRelease() throws Exception {
    EncodedRow row = KeyedRows.row("{\"id\":17}", 1);
    assertThat(sent(0, row).getOrderingKey()).isEqualTo("public.t{\"id\":17}");
    assertThat(sent(64, row).getOrderingKey()).isEqualTo("public.t#4");
  }

  @Test
  void anOrderingKeyIsHashedOnlyBeyondWhatPubSubTakes() throws Exception {
    for (String letter : List.of("k", "€")) {
      int most =
          (1_024 - "public.t{\"id\":\"\"}".length())
              / letter.getBytes(StandardCharsets.UTF_8).length;
      String longest = "{\"id\":\"" + letter.repeat(most) + "\"}";
      String longer = "{\"id\":\"" + letter.repeat(most + 1) + "\"}";
      assertThat(sent(0, KeyedRows.row(longest, 1)).getOrderingKey())
          .isEqualTo("public.t" + longest);
      assertThat(sent(0, KeyedRows.row(longer, 1)).getOrderingKey())
          .matches("public[.]t#[0-9a-f]{64}");
    }
  }

  @Test
  void anEnvelopeTooLongForAMessageIsNamedBesideTheOtherAttributes() throws Exception {
    PubsubMessage sent =
        sent(0, KeyedRows.row("UPDATE", "{\"id\":1}", "x".repeat(MessageEncoder.MOST_BYTES)));
    assertThat(sent.getData().isEmpty()).isTrue();
    assertThat(sent.getOrderingKey()).isEqualTo("public.t{\"id\":1}");
    assertThat(sent.getAttributesMap())
        .containsAllEntriesOf(attributes("UPDATE"))
        .hasSize(5)
        .hasEntrySatisfying("object", place -> assertThat(place).startsWith("file:///large/99"));
  }
}
