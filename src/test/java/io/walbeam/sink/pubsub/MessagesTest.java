package io.walbeam.sink.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.PubsubMessage;
import io.walbeam.row.EncodedRow;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages as a subscriber has them: what went over the wire. */
class MessagesTest {
  private static PubsubMessage sent(int shared, EncodedRow row) throws Exception {
    Messages messages = new Messages(shared, line -> "file:///large/" + line.length);
    return PubsubMessage.parseFrom(messages.of(KeyedRows.TABLE, row).toByteString());
  }

  private static Map<String, String> attributes(String operation) {
    return Map.of("operation", operation, "database", "d", "schema", "public", "table", "t");
  }

  @Test
  void eachOperationHasItsAttributesAndTheLineAsItWasWritten() throws Exception {
    Messages messages = new Messages(0, line -> "");
    for (String operation : new String[] {"INSERT", "UPDATE", "DELETE", "INSERT"}) {
      EncodedRow row = KeyedRows.row(operation, "{\"id\":17}", "0001");
      PubsubMessage sent =
          PubsubMessage.parseFrom(messages.of(KeyedRows.TABLE, row).toByteString());
      assertThat(sent.getAttributesMap()).isEqualTo(attributes(operation));
      assertThat(sent.getUnknownFields().asMap()).isEmpty();
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
  void aRowsOrderingKeyIsItsOwnOrTheSameSharedOneInEveryRelease() throws Exception {
    EncodedRow row = KeyedRows.row("{\"id\":17}", 1);
    assertThat(sent(0, row).getOrderingKey()).isEqualTo("public.t{\"id\":17}");
    assertThat(sent(64, row).getOrderingKey()).isEqualTo("public.t#4");
  }

  @Test
  void anEnvelopeTooLongForAMessageIsNamedBesideTheOtherAttributes() throws Exception {
    PubsubMessage sent =
        sent(0, KeyedRows.row("UPDATE", "{\"id\":1}", "x".repeat(Messages.MOST_BYTES)));
    assertThat(sent.getData().isEmpty()).isTrue();
    assertThat(sent.getAttributesMap())
        .containsAllEntriesOf(attributes("UPDATE"))
        .hasSize(5)
        .hasEntrySatisfying("object", place -> assertThat(place).startsWith("file:///large/99"));
  }
}
